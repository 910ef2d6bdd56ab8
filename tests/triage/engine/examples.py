"""What callers might say, and the lane it belongs in. Each line was written for these tests, apart from the phrases.

A line is (text, lane, context). `CLINICIAN` stands for emergency or urgent: both bring a clinician, and a nurse could
defend either. `NOT_RAISED` stands for routine or operational.
"""

from frontdesk.triage.engine.screen import Context

CLINICIAN = "clinician"
NOT_RAISED = "not raised"
_ANYBODY = Context()
_CHILD = Context(age=4)
_BABY = Context(age=0)
_PREGNANT = Context(age=29, pregnant=True)
_OPERATED = Context(age=50, days_since_procedure=4)
_DIABETIC = Context(age=61, flags=frozenset({"diabetes"}))

Example = tuple[str, str, Context]


def _all(lane: str, context: Context, *texts: str) -> list[Example]:
    return [(text, lane, context) for text in texts]


EMERGENCY_EN = [
    *_all(
        "emergency",
        _ANYBODY,
        # the chest
        "My husband's chest has been hurting since breakfast and he looks grey.",
        "There's a weight on my chest and I can't get comfortable",
        "it feels like somebody parked a car on my chest lol but im serious",
        "im having chest pains can i get in today",
        "My chest feels really tight when I climb into bed, and my jaw aches.",
        "I think my dad is having a heart attack, what do I do",
        "Could I move my physical up? I've had this squeezing in my chest on and off since last night.",
        "not the usual heartburn, this one goes down my left arm",
        "It's not my regular reflux, it's crushing and I'm soaked in sweat.",
        "chest presure an arm gone numb",
        "my heart is racing and I feel like I'm about to pass out",
        # breathing
        "I can't breathe",
        "cant catch my breath even sitting still",
        "No fever or cough, but I can't breathe when I lie flat.",
        "Mom is gasping and her lips look blue",
        "she cannot finish a sentence without stopping for air",
        "My oxygen thing says 84 and I feel awful",
        "A grape went down the wrong way and he's choking",
        "short of breath just walking to the bathroom, need my inhaler refilled",
        "I'm having trouble breathing since this afternoon",
        "the baby's ribs are sucking in every time she breathes",
        # stroke
        "His face is drooping on one side and he's talking funny.",
        "My wife suddenly can't get her words out",
        "my right hand went numb and I keep dropping things out of that hand",
        "Grandpa's speech is all slurred, he was fine at lunch.",
        "I had no feeling in my left leg this morning for ten minutes, it's gone now, so just a routine visit please",
        "her smile looks crooked and her arm won't lift",
        "I had a stroke in 2018 and now my left side is weak again",
        "worst headache of my life, came on like thunder",
        "out of nowhere I can't see out of my right eye",
        # allergy
        "ate shrimp and now my throat is closing",
        "My tongue is swelling up after that new antibiotic",
        "He got stung and has hives all over and he's throwing up",
        "we used the epipen on her ten minutes ago",
        # crisis
        "I don't want to be alive anymore",
        "I keep thinking about killing myself",
        "my son texted me goodbye and said everyone would be better off without him",
        "I've got the pills lined up in front of me, I just wanted to tell someone",
        "no point in living since she left",
        "kms tonight dont bother calling back",
        "my boyfriend choked me last night and I'm scared to go home",
        "I took the whole bottle of Tylenol",
        # the rest
        "She passed out in the shower and hit her head",
        "my brother is having a seizure right now",
        "he won't wake up, he took something at the party",
        "The bleeding won't stop, we've gone through three towels",
        "I fell off a ladder and I can't feel my legs",
        "Cut the tip of my finger clean off with the table saw",
        "got bit by a rattlesnake on my ankle",
        "drain cleaner splashed in his eye",
        "My toddler drank some bleach from under the sink",
        "got into grandma's blood pressure pills, my two year old did",
        "throwing up blood and feeling faint",
        "she has a fever of 103 and she's confused, doesn't know where she is",
        "I'm on chemo and I have a fever of 101.2",
        "my ears are ringing and my left side of my face won't move",
        "carbon monoxide alarm is going off and we all have headaches",
    ),
    *_all(
        "emergency",
        _CHILD,
        "he's limp and won't look at me",
        "there are little purple spots on her legs that don't fade when I press a glass on them",
        "my daughter has a fever and she's so stiff she can't bend her neck",
        "hard to wake him up, he keeps drifting off and has been sick all night",
    ),
    *_all(
        "emergency",
        _BABY,
        "my newborn has a fever of 100.8",
        "our three week old feels hot, temperature 38.4",
    ),
    *_all(
        "emergency",
        _PREGNANT,
        "I haven't felt the baby kick since yesterday",
        "I'm bleeding heavily and there are clots",
        "my water broke and I'm only 30 weeks",
        "seeing spots and a headache that Tylenol doesn't touch",
    ),
]

EMERGENCY_ES = _all(
    "emergency",
    _ANYBODY,
    "Me duele mucho el pecho y no se me quita",
    "A mi esposo le duele el pecho y está sudando frío.",
    "siento una presion en el pecho desde en la mañana",
    "siento como un elefante sentado en el pecho",
    "mi mama no puede respirar",
    "me falta el aire hasta sentada",
    "No tengo fiebre, pero no puedo respirar acostada",
    "el niño se esta poniendo morado",
    "se me durmio la mitad de la cara y hablo raro",
    "Mi abuelo tiene la boca chueca y no mueve el brazo derecho.",
    "creo que le dio un derrame a mi papa",
    "es el peor dolor de cabeza de mi vida",
    "se me está cerrando la garganta después de comer camarones",
    "tiene la lengua hinchada y le salieron ronchas por todo el cuerpo",
    "ya no quiero vivir",
    "mi hija dice que se quiere matar",
    "he pensado en quitarme la vida",
    "mi marido me pegó y tengo miedo de que regrese",
    "se tomó todas las pastillas de la presión",
    "mi niña se tragó una pila de botón",
    "se desmayó y no reacciona",
    "está convulsionando",
    "no para de sangrar, ya empapó dos toallas",
    "se cayó del techo y no puede mover las piernas",
    "vomitó sangre y está muy pálido",
    "estoy embarazada y ya no siento que se mueva el bebé",
    "tengo 32 semanas y se me rompió la fuente",
    "mi bebe de 3 semanas tiene fiebre",
    "tiene fiebre y está confundida, no sabe dónde está",
    "I need una cita pa mi mom, le duele el pecho and her arm is numb",
)

URGENT = [
    *_all(
        CLINICIAN,
        _OPERATED,
        "the incision is red and there's pus coming out",
        "I'm running a temp of 101 since the operation",
        "it's bleeding through the bandage a little",
        "me operaron el lunes y tengo calentura",
        "la herida me está supurando",
        "my calf is swollen and sore since the knee replacement",
    ),
    *_all(
        CLINICIAN,
        _ANYBODY,
        "I had my wisdom teeth out on Friday and it's still bleeding",
        "started amoxicillin yesterday and now I have a rash",
        "the new blood pressure pill makes me dizzy",
        "desde que empecé el antibiótico tengo ronchas",
        "my asthma is acting up and the inhaler isn't helping",
        "el inhalador ya no le hace nada",
        "been throwing up since last night and can't keep water down",
        "llevo dos días con vómito y diarrea",
        "I get dizzy whenever I stand up and I haven't peed since morning",
        "my stomach hurts so bad on the lower right side",
        "black tarry stools since Tuesday",
        "popó negro desde ayer",
        "it burns when I pee and my back hurts with chills",
        "me arde al orinar y tengo fiebre",
        "one leg is swollen and hot after a long flight",
        "dog bit my hand yesterday",
        "mi perro me mordió la mano",
        "I stepped on a rusty nail",
        "my ankle is swollen and I can't put weight on it",
        "The hospital let me go yesterday and said to see my doctor this week",
        "me dieron de alta el martes",
        "the lab called and said my potassium is 6.8",
        "me hablaron del laboratorio que un resultado salió crítico",
        "lump in my breast that wasn't there last month",
        "I ran out of my insulin",
        "my panic attacks are so bad I can't leave the house",
        "Dad fell twice this week and he's getting weaker",
        "this boil on my leg is getting bigger and red",
        "my blood pressure was 190 over 110 at the drugstore",
        "la presión la tengo en 200",
        "my eyes are turning yellow",
    ),
    *_all(
        CLINICIAN,
        _DIABETIC,
        "my sugar has been over 350 all weekend",
        "tengo el azúcar en 420",
        "there's a sore on my foot that's turning black",
        "tengo una llaga en el pie que no sana",
    ),
    *_all(
        CLINICIAN,
        _PREGNANT,
        "I'm spotting a little since this morning",
        "tengo un poco de sangrado",
        "my feet and hands are really swollen",
        "I slipped on the ice, should somebody check me",
    ),
    *_all(
        CLINICIAN,
        _CHILD,
        "he has a rash and a fever",
        "she's pulling at her ear and crying",
        "tiene ronchas y calentura",
        "no quiere comer y tiene diarrea desde el domingo",
    ),
]

OPERATIONAL = _all(
    "operational",
    _ANYBODY,
    "My ride cancelled and I can't get to the appointment today",
    "no tengo quien me lleve a la cita de hoy",
    "The specialist says they never received my records",
    "insurance denied the MRI and the surgery is Thursday",
    "we need an interpreter for the two o'clock, she only speaks Mam",
    "I think I was booked with the wrong doctor, I needed cardiology",
    "el seguro no ha aprobado la infusión",
)

NOT_EMERGENCY = _all(
    NOT_RAISED,
    _ANYBODY,
    # denied
    "No chest pain, just my yearly physical.",
    "I need a physical. No fever, no cough, no trouble breathing.",
    "denies chest pain, shortness of breath or dizziness",
    "She doesn't have a fever, I only need the school form.",
    "Sin dolor de pecho, solo quiero mi chequeo anual.",
    "no tengo fiebre ni dolor, nomás quiero una cita para revisión",
    "I've never had a seizure, the DMV just wants a letter.",
    "I'm not suicidal or anything, I just want to change therapists.",
    "without any swelling or redness, the stitches look great, when do they come out?",
    # long ago, in the family
    "I had a heart attack in 2015 and I'm due for my routine follow-up.",
    "history of stroke, needs a blood pressure check",
    "My mom had a stroke ten years ago so I'd like my cholesterol tested",
    "tuve un infarto hace 8 años, quiero mi cita de control",
    "mi papá murió de un infarto, quiero hacerme un chequeo",
    "There's heart attack and stroke in my family history, can I get a screening?",
    "used to have asthma attacks as a kid, need a camp form",
    # programmes, papers, idioms
    "When does the stroke support group meet?",
    "I'd like to schedule my allergy shots.",
    "Is the suicide prevention training still on Tuesday?",
    "this bill nearly gave me a heart attack",
    "the parking there is killing me",
    "my phone died so I missed your call",
    "I'm dying to know if my results are in",
    "casi me da un infarto con la cuenta",
    "need a copy of my son's asthma action plan for school",
    "¿A qué hora es el grupo de apoyo para diabetes?",
    "I need bloodwork before my visit",
    "could you mail me a pregnancy test result from March",
    # ordinary
    "Can I get a flu shot on Saturday?",
    "I need to reschedule my appointment",
    "refill on my lisinopril please",
    "quiero cambiar mi cita para el jueves",
    "necesito resurtir mi medicina de la presión",
    "what time do you open",
    "How much is the copay for a new patient?",
    "running ten minutes late",
    "Could you send my records to Dr. Okafor?",
    "My knee has ached off and on for years, I'd like an appointment sometime next month.",
    "¿Aceptan mi seguro?",
    "need a note for work from last week's visit",
    "I want to talk about birth control options",
    "I'd like to book my mammogram",
    "Do you do school physicals?",
    "Is the doctor taking new patients? My daughter turns five in June.",
    "my cold is gone, do I still need the follow-up?",
    "The rash cleared up, so please cancel tomorrow.",
    "ya se me quitó la tos, ¿cancelo la cita?",
    "se le acabaron las pastillas para la alergia, ¿las puede mandar a la farmacia?",
    "thanks, you guys were great",
    "colonoscopy prep instructions please",
    "when are my stitches due to come out",
    "I want to switch my son's pediatrician",
    "do i need to fast before my blood draw tmrw",
    "can my wife pick up the paperwork for me",
)

EXAMPLES = [*EMERGENCY_EN, *EMERGENCY_ES, *URGENT, *OPERATIONAL, *NOT_EMERGENCY]
