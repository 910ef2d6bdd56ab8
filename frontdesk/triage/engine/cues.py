"""The words that say a thing is not so, was long ago, was somebody else's, or is over.

English and Spanish together, without accents and apostrophes, as `words` evens them out.
"""

from frontdesk.triage.engine.words import word_set

Cue = tuple[str, ...]


def _cues(text: str) -> tuple[Cue, ...]:
    """Read cues, each some words in a row, parted by ";" or by lines."""
    return tuple(tuple(cue.split()) for cue in text.replace("\n", ";").split(";") if cue.strip())


# After any of these a new thought begins: what was denied before is not denied after.
TURNS = word_set(
    """
    but pero except aunque sino though although however yet and y e then now because cause cuz since so
    still plus instead porque desde entonces ahora ahorita que cuando when while after started empezo
    solo only just salvo excepto mas why how what idea clue doubt duda also tambien good well better
    right ok okay sure bien mejor
    """
)
# A clause begins here if a comma stands before it, or directly after "no".
CLAUSE_STARTS = word_set(
    """
    i im ive id ill he hes she shes it its my his her their we were they theyre this these that the
    there theres you your our yes me mi mis te le les se tengo tiene siento siente estoy esta estan es
    yo el ella ya ando anda traigo trae having feeling can cant could keep keeps last today tonight hoy
    lo la los las
    """
)
# Inside a denial these mean that somebody speaks of a thing that is there.
SUBJECTS = word_set(
    """
    i im ive hes shes theyre yo
    """
)

NEVER = word_set(
    """
    no without denies denied deny denying never nor neither zero wo w sin niega niegan ni tampoco nunca
    jamas ningun ninguna negative
    """
)
# A list of things denied: these reach over commas by themselves, the others only where an "or" is near.
DENIES = word_set(
    """
    denies denied deny denying niega niegan
    """
)
OR = word_set(
    """
    or nor ni o u either neither
    """
)
NOT = word_set(
    """
    not isnt arent wasnt werent aint
    """
)
# "not" before these denies nothing that matters.
NOT_BUT = word_set(
    """
    just only my the usual usually normal normally better improving helping help going getting working
    stopping able sure right well good great enough really sleeping eating drinking breathing responding
    waking moving feeling used like letting stopped clotting holding keeping even kidding joking gonna
    to being in peeing making
    """
)
DO_NOT = word_set(
    """
    dont doesnt didnt havent hasnt hadnt wont
    """
)
DO_NOT_HAVE = word_set(
    """
    have had has feel felt get got see seen seem notice noticed experience report any
    """
)
# Spanish "no" before one of these is about doing, not about having a symptom.
NO_BUT = word_set(
    """
    puedo puede pueden podemos pude pudo podia poder pueda quiero quiere quieren se sabe sabemos para
    paran deja dejan aguanto aguanta come comen duerme duermo dormi responde reacciona despierta
    despierto habla mueve mueven camina mejora baja bajan quita cede respira toma tomo orina orino creo
    cree pasa paro queda sirve sirvio funciona hace hizo vaya fue es era matter one longer aguantaba
    logro logra alcanzo veo ve oigo siento siente sienten mucho hago esta estoy mojado hecho improvement
    change relief hope appetite appointment answer ride
    """
)
SPANISH_CLITICS = word_set(
    """
    me te le les se nos lo la
    """
)
AFTER_CLITIC = word_set(
    """
    duele duelen dolia dolio dio da dan ha han ardio arde pica
    """
)

# (words in a row, "#" any number, "####" a year, "@" one of KIN)
LONG_AGO = _cues(
    """
    years ago; year ago; yrs ago; yr ago; decades ago; months ago; ages ago; long ago; last year;
    last summer; last winter; last spring; last fall; the year before; in ####; back in; since ####;
    history of; hx of; h o; past medical; as a kid; as a child; as a teen; as a teenager; as a baby;
    as a boy; as a girl; when i was; when he was; when she was; used to; family history; in the family;
    in my family; in our family; runs in; run in; survivor; survivors; anniversary; remission;
    prior history; in college; in high school; in my twenties; in my thirties; in my forties;
    in his fifties; in childhood; risk of; risk for; prevent; preventing; prevention; in case of;
    previously had; previous history; @ died; @ passed; @ had a * in his; @ had one at; @ had #;
    @ had a * at #; hace # anos tuve; antecedente; antecedentes; historial de; historia de;
    el ano pasado; ano pasado; en ####; en el ####; en el ano; de nino; de nina; de chico; de chica;
    de joven; de chiquito; de chiquita; cuando era; cuando tenia; @ murio; @ fallecio; en la familia;
    en mi familia; familiares; riesgo de; prevenir; prevencion; de pequeno; de pequena; hace anos;
    hace muchos anos; hace mucho; hace tiempo
    """
)
# Any of these in the same clause says that it is happening now after all.
NOW = word_set(
    """
    now today tonight again currently started starting woke morning minutes minute hour hours hrs keeps
    still getting worse ahora ahorita hoy otra minutos hora horas todavia sigue sigo acaba acabo empezo
    empece empeora despierto yesterday ayer anoche suddenly repente
    """
)
PAST_SPANISH = word_set(
    """
    tuve tuvo dio dieron fue operaron opero sufrio sufri paso murio tenia hicieron hizo padeci padecio
    quitaron
    """
)
KIN = word_set(
    """
    mom mother mum dad father brother sister aunt uncle grandma grandmother grandpa grandfather nana
    cousin parents mama madre papa padre hermano hermana tia tio abuela abuelo abuelita abuelito primo
    prima suegra suegro
    """
)

OVER = _cues(
    """
    is gone; are gone; its gone; has gone; went away; gone away; gone now; all gone; cleared up;
    is over; is better now; all better; resolved; has passed; got over; over it; no longer; no more;
    recovered from; has healed; is healed; went down; se me quito; se le quito; ya se quito; ya paso;
    ya se fue; se me fue; se le fue; se curo; ya sano; ya esta bien; quitado
    """
)
