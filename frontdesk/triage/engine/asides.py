"""The words that say a thing was long ago, somebody else's, only the topic of something, or is over.

A cue is some words in a row, without accents and apostrophes: "#" stands for any number, "####" for a year,
"##" for an age from thirteen up, in letters, and "###" for one in figures, "@" for one of KIN, "&" for something
that asks (a form, a nurse), "%" for a month, "*" for any word.
"""

from frontdesk.triage.engine.words import word_set

Cue = tuple[str, ...]


def _cues(text: str) -> tuple[Cue, ...]:
    """Read cues, parted by ";" or by lines."""
    return tuple(tuple(cue.split()) for cue in text.replace("\n", ";").split(";") if cue.strip())


KIN = word_set(
    """
    mom mother mum dad father brother sister aunt uncle grandma grandmother grandpa grandfather nana
    cousin parents neighbor coworker friend boss husband wife uncle niece nephew mama madre papa padre
    hermano hermana tia tio abuela abuelo abuelita abuelito primo
    prima suegra suegro
    """
)
ASKERS = word_set(
    """
    form forms questionnaire questionnaires survey survey packet page paper paperwork application intake
    tablet kiosk screening checklist portal camp nurse doctor dr they she he lady school daycare insurance
    dmv job hoja formulario cuestionario encuesta enfermera doctora senorita trabajo escuela visado
    """
)
MONTHS = word_set(
    """
    january february march april may june july august september october november december christmas
    thanksgiving halloween thanksgivings christmases easter summers springs winters enero febrero marzo
    abril mayo junio julio agosto septiembre octubre noviembre
    diciembre navidad navidades pandemia spring summer winter
    """
)
AGES = word_set(
    """
    thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
    twenties thirties forties fifties sixties seventies eighties nineties teens
    trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta
    """
)
FEW = word_set(
    """
    one two three four five six seven eight nine ten few couple several many some un uno una dos tres cuatro
    cinco seis siete ocho nueve diez varios varias unos muchos
    """
)

LONG_AGO = _cues(
    """
    stopped having; quit having; stopped getting; quit getting; dejaron de dar; dejo de dar
    years ago; year ago; yrs ago; yr ago; years back; decades ago; months ago; ages ago; long ago
    last year; last month; last summer; last winter; last spring; last fall; the year before; in ####; back in
    since ####; in %; in the %; in early %; summers ago; summer ago; winters ago; winter ago; springs ago
    thanksgivings ago; christmases ago; easters ago; in late %; back in %; over %; from %; last %
    this past %
    history of; hx of; h o; past medical; prior history; previously had; previous history; used to
    as a kid; as a child; as a teen; as a teenager; as a baby; as a boy; as a girl; as an infant
    when i was; when i had my; since i was; since my ##; when he was; when she was; at ##; at age #
    at age ###; at # months; at # years
    at ### years; at the age
    in college; in high school; in grade school; freshman year; sophomore year; junior year; senior year
    in my ##; in his ##; in her ##; in the ##; in childhood; in the service; in the army; in the navy
    seasons ago; a while ago; a while back
    way back
    long time ago; a long time back; in the past; back when; back then; back in the day; one time in
    once in; once had; once when
    when my * was #; when our * was #; with my first; with my second; with my last pregnancy
    in my first pregnancy
    at my wedding; at our wedding; in kindergarten; in middle school; in boot camp; in basic training
    in the marines
    in my youth; in my younger days; when we lived; before i retired; years sober; years clean; sober since
    clean since
    as newborns; born with; since birth; from birth
    survivor; survivors; anniversary; remission; risk of; risk for; prevent; preventing; prevention
    hace # anos tuve; antecedente; antecedentes; historial de; historia de; el ano pasado; ano pasado
    el mes pasado; el verano pasado; el invierno pasado; en ####; en el ####; en el ano; en %; en la %
    en el % pasado; desde ####; sobreviviente; sobrevivientes; en remision
    de nino; de nina; de chico; de chica; de joven; de chiquito; de chiquita; de pequeno; de pequena; de bebe
    cuando era; cuando tenia; cuando nacio; a los ##; a los ###; a los # anos; a los # meses; en los setenta
    una vez tuve; tuve una vez; de recien casada; de soltera; de soltero; en el ejercito; en el kinder
    en la universidad
    en la primaria; con mi primer; con mi primera; en mi primer embarazo; cuando vivia; cuando viviamos
    anos sobrio; anos limpio
    en los ochenta; en los noventa; riesgo de; prevenir; prevencion; hace anos; hace muchos anos; hace mucho
    hace tiempo; hace # veranos; naci con; nacio con; de nacimiento; toda la vida; en la secundaria; en la prepa
    """
)
FAMILY = _cues(
    """
    family history; in the family; in my family; in our family; in his family; in her family; runs in; run in
    died of; died from; died by; died after a; passed of; passed from; lost someone to; lost my * to
    lost her to; lost him to
    @ had a * in his; @ had a * in her; @ had one at; @ had #; @ had a * at #; @ had a * at ###
    @ had a * last; @ had them
    my late; our late; late husband; late wife; late father; late mother; rest his soul; rest her soul
    murio de; fallecio de; murieron de; fallecieron de; murio por; se lo llevo un; se la llevo un
    se lo llevo una; se la llevo una
    se nos fue de; @ murio a; @ fallecio a; mi difunto; mi difunta; el finado; la finada; en paz descanse
    en la familia; en mi familia; familiares; de familia
    """
)
# Somebody asks whether, and the sentence does not say yes.
ASKED = _cues(
    """
    that asks; which asks; & asks; & ask; asks about; asks if i ever; asks whether; question about
    questions about
    question on; & asked if i ever; & asked if i had ever; & asked am i; & asked if i was; & asked whether
    & asked have i ever; did i ever; have i ever; they always ask; they keep asking; they just keep asking
    asking if i ever; & wants to know if; que pregunta; que preguntan; & pregunta; & preguntan; & pregunto si
    me preguntan si; me pregunto si; me preguntaron si; preguntaban si; it says list; says to list
    """
)
# Somebody answered no: what was asked stands in the same sentence.
ANSWERED_NO = _cues(
    """
    answered no; i put no; put not at all; i said no; checked no; ticked no; marked no; circled no; told them no
    said no to; no to all; no to both; no to everything; no to each; no on all; all no; all nos
    no across the board
    contesté que no; conteste que no; dije que no; puse que no; marque no; marque que no; puse no
    respondi que no
    respondi no; todo que no; a todo no
    """
)
# Only imagined: what comes after these is not so.
IMAGINED = _cues(
    """
    if i ever; if he ever; if she ever; if they ever; if we ever; if you ever; if anyone ever; if somebody ever
    should i ever; should he ever; should she ever; what if the * gets; what if he gets; what if she gets
    suppose i; suppose my; suppose he; suppose she; supposing; si algun dia; si alguna vez; suponiendo
    supongamos
    """
)
# Only the topic of a story, a lesson or somebody's work, a note in the papers, or an animal's.
NAMED = _cues(
    """
    in case of; in the event of; what signs
    what are the signs; signs to watch; signs to look; know the signs; recognize the signs; signs look
    warning signs of
    how to recognize; how to spot; how to tell a; como reconocer
    que senales; cuales son las senales; senales de alarma; movie where; movie about; film about; show about
    show where
    episode where; shows my; documentary; podcast; my novel; a novel; mystery novels; my character
    the character
    my screenplay; short story; article about; article on; read about; reading about; black box; boxed warning
    leaflet; package insert; hotline; volunteer; i teach; we teach; instructor; recertify; recertification
    una novela
    mi novela; personaje; pelicula; documental; cuento; voluntario; voluntaria; linea de ayuda; doy clases
    instructora
    allergy list; on my papers; off my papers; on my record; off my record; off my chart; listed on my
    lista de alergias
    dog had; dog has; dog is; dog ate; dogs meds; dogs medicine; dogs seizures; cat had; cat has; cat is
    puppy; kitten; hamster
    the vet; our vet; vet says; vet said; vet clinic; veterinario; veterinaria; i work on a; i work for a
    i work at a crisis
    ruled out; false alarm; falsa alarma; came back normal; came back negative; came back clean
    came back fine; came back clear
    was negative; were negative; negative for; turned out fine; turned out to be nothing; fue negativo
    salio negativo
    salio negativa; salieron negativos; salio normal; salio limpio; salio todo bien; descartaron; descartado
    descartada; libre de
    perro se; perrito se; perrita se; perro tuvo; gato se; gatito se; perro tiene; gato tiene
    server had; printer had; system had; computer had; laptop had; car had; truck had; phone had
    """
)
# A lesson, a paper or a meeting that is named after the thing: "the stroke support group", "seizure form".
PROGRAMMES = word_set(
    """
    class classes course courses training trainings workshop seminar group groups program programs programme
    hotline aid awareness prevention fundraiser picnic brochure handout pamphlet flyer leaflet poster lecture
    questionnaire questionnaires form forms page pages survey section checklist kit study education educator
    rehab
    choir club camp bracelet tour memorial vigil exercises clearance binder letter screening screen scan
    scans workup
    meds medicine medication refill diagnosis history specialist log diary precautions buttons button movie
    movies
    clase clases curso cursos taller grupo folleto panel warning alert risk monitor show shows vaccine
    """
)
# These may stand between the thing and its programme.
PROGRAMME_WORDS = word_set(
    """
    first aid awareness prevention support education risk action safety recovery exercises exercise training and
    survivor survivors response self care management family families month school parent parents medical
    screening delivery health failure attack history
    """
)
# ... and before it: "a class on choking", "la vacuna de la fiebre amarilla".
PROGRAMMES_FIRST = word_set(
    """
    class classes course courses training workshop seminar group groups program brochure handout
    pamphlet flyer leaflet poster talk lecture sheet book booklet paper essay project module report
    article video vaccine vaccines shot presentation info information apoyo support clase clases curso
    cursos taller grupo grupos folleto hoja platica charla conferencia vacuna vacunas libro informacion
    programa video prueba
    """
)
ABOUT = word_set(
    """
    on about for regarding of against to de d del sobre para contra en
    """
)
# Directly before a thing these say that it was before: "a prior stroke".
FORMER = word_set(
    """
    prior previous past former childhood remote post
    """
)
OWN = word_set(
    """
    my his her our mi su i he she we
    """
)

OVER = _cues(
    """
    is gone; are gone; its gone; has gone; been gone; went away; gone away; gone now; all gone; cleared up
    cleared
    is over; is better now; all better; resolved; has passed; got over; over it; no longer; no more
    recovered from; has healed; is healed; all healed; healed up; healed fine; healed; went down
    never came back
    hasnt come back; havent come back; not come back; stopped a; stopped last; stopped on; stopped the same
    stopped weeks; stopped days
    no trouble since; nothing since; none since; no problems since; not had one since; quit hurting
    settled down
    scabbed; back to normal; turned out to be; came back negative; was negative; came back normal
    came back clean
    se me quito; se le quito; ya se me bajo; ya se le bajo; well controlled; under control; finished weeks
    ya se quito; ya paso; ya se fue; se me fue; se le fue; se curo; ya sano; ya esta bien
    quitado; se acabo desde; ya no supura; ya no sangra; no ha vuelto; no volvio; nunca volvio; ya tiene costra
    ya cerro; cerradito; ya tiene costra; salio negativo; salio normal; salio limpio; quedo bien
    controladita; controlado
    always have; always been; always had; have always; has always; been like that; all my life
    my whole life; for years; in years; for decades; since forever; same as always; same as ever
    no worse than; as always; unchanged; hasnt changed; havent changed; no ha cambiado; de siempre
    desde siempre
    como siempre; igual que siempre
    """
)
PAST_SPANISH = word_set(
    """
    had was were tuve tube tuvo dio dieron fue operaron opero sufrio sufri paso murio tenia hicieron hizo
    padeci padecio
    quitaron tomo comio trago cayo rompio quemo corto desmayo convulsiono salio internaron
    """
)
