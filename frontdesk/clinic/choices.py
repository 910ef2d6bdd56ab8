from __future__ import annotations

from django.db.models import TextChoices


class ResourceKind(TextChoices):
    PROVIDER = "provider", "Provider"
    ROOM = "room", "Room"
    EQUIPMENT = "equipment", "Equipment"
    INTERPRETER = "interpreter", "Interpreter"


class Modality(TextChoices):
    IN_PERSON = "in_person", "In person"
    VIDEO = "video", "Video"
    PHONE = "phone", "Phone"


class RoomType(TextChoices):
    EXAM = "exam", "Exam room"
    PROCEDURE = "procedure", "Procedure room"
    THERAPY = "therapy", "Therapy room"
    IMAGING = "imaging", "Imaging room"


class InterpreterMode(TextChoices):
    PERSON = "person", "In person"
    LINE = "line", "Telephone line"
    VIDEO = "video", "By video"


class Language(TextChoices):
    """Languages by their IETF tag. Messages are written in English and Spanish."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"
    ARABIC = "ar", "Arabic"
    CHINESE = "zh", "Chinese"
    VIETNAMESE = "vi", "Vietnamese"
    PORTUGUESE = "pt", "Portuguese"
    HAITIAN = "ht", "Haitian Creole"
    RUSSIAN = "ru", "Russian"
    POLISH = "pl", "Polish"
    SIGN = "ase", "American Sign Language"
