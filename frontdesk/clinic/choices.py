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


class Audience(TextChoices):
    """Whose time it is: patients whom the specialty has not seen before, those whom it has, or both."""

    ANYBODY = "any", "Anybody"
    NEW = "new", "New patients"
    ESTABLISHED = "established", "Established patients"


class Moves(TextChoices):
    """How easily a visit of a type is moved for somebody else's sake."""

    FREELY = "freely", "Freely"
    APPROVED = "approved", "With approval"
    NEVER = "never", "Never"


class BlockKind(TextChoices):
    """Why a resource is away, or kept from visits."""

    MEETING = "meeting", "Meeting"
    PROCEDURE = "procedure", "Procedure"
    ADMIN = "admin", "Admin"
    ON_CALL = "on_call", "On call"
    VACATION = "vacation", "Vacation"
    SICK = "sick", "Sick"
    OUT_OF_ORDER = "out_of_order", "Out of order"
    OTHER = "other", "Other"


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
