"""The words that deny a thing, and the words at which what they deny ends.

English and Spanish together, without accents and apostrophes, as `words` evens them out.
"""

from frontdesk.triage.engine.words import word_set

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
    no none zero without denies denied deny denying never nor neither zero wo w sin niega niegan ni tampoco
    nunca
    jamas ningun ninguna negative neg cero nope
    """
)
# Directly after a thing, and before a comma or the end, these deny it: "chest pain no, fever no".
AFTER = word_set(
    """
    no none nope negative neg never denied nunca negativo ninguno ninguna free
    """
)
# These deny what stands before a comma or a colon too: "chest pain: none".
AFTER_A_COMMA = word_set(
    """
    none nope negative neg denied negativo ninguno ninguna
    """
)
# "nada" denies only with these: "nada de fiebre", "nada me duele"; in "nada me quita el dolor" the pain is there.
AFTER_NADA = word_set(
    """
    de duele molesta preocupa pica arde
    """
)
# "nothing" denies only with these: in "nothing helps the pain" the pain is there.
AFTER_NOTHING = word_set(
    """
    like wrong resembling
    """
)
# "no he ...", "no se ha ...": denies what was not done, unless it is one of NO_BUT_DONE.
HAVE_DONE = word_set(
    """
    he ha han hemos habia habian
    """
)
NO_BUT_DONE = word_set(
    """
    quitado dejado bajado parado podido mejorado cedido comido bebido tomado orinado dormido respondido
    despertado movido
    llegado hecho respirado hablado querido evacuado obrado mojado sabido salido cambiado logrado servido
    funcionado
    aguantado descansado
    """
)
TO_BE = word_set(
    """
    estoy esta estan estaba es fue era son
    """
)
NO_BUT_BEING = word_set(
    """
    bien mejor seguro segura normal comiendo respirando respondiendo despierto despierta tomando orinando
    durmiendo
    moviendo mejorando funcionando ayudando sirviendo mi la el su lo igual como solo nada claro posible broma
    hablando sintiendo
    """
)
# A list of things denied: these reach over commas by themselves, the others only where an "or" is near.
DENIES = word_set(
    """
    denies denied deny denying niega niegan none neg negative
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
    have had has been feel felt get got see seen seem notice noticed experience report any
    """
)
# Spanish "no" before one of these is about doing, not about having a symptom.
NO_BUT = word_set(
    """
    puedo puede pueden podemos pude pudo podia poder pueda quiero quiere quieren se sabe sabemos para
    paran deja dejan aguanto aguanta come comen duerme duermo dormi responde reacciona despierta
    despierto habla mueve mueven camina mejora baja bajan quita cede respira toma tomo orina orino creo
    cree pasa paro queda sirve sirvio funciona hace hizo vaya matter one longer aguantaba
    logro logra alcanzo veo ve oigo siento siente sienten mucho hago mojado hecho improvement
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
    duele duelen dolia dolio dio da dan ardio arde pica
    """
)
# Any of these in the same clause says that it is happening now after all.
NOW = word_set(
    """
    now today tonight again currently started starting woke morning minutes minute hour hours hrs keeps
    still getting worse ahora ahorita hoy otra minutos hora horas todavia sigue sigo acaba acabo empezo
    empece empeora despierto days dias yesterday ayer anoche suddenly repente
    """
)
AND = word_set(
    """
    and y e
    """
)
# After these something else is told than what was denied or long ago.
BUT = word_set(
    """
    but pero
    """
)
# Said where somebody asked, these mean that it is so.
YES = word_set(
    """
    yes yeah yep yup indeed
    """
)
# "worse than last year", "was not there last month", "since last spring": it is so now.
UNTIL = word_set(
    """
    there than since until till before like
    """
)
