from __future__ import annotations

from django.db import models

from frontdesk.people.models.patient import Patient


class ContactPoint(models.Model):
    """One way to reach a patient, and whether they chose it. Phones are kept in E.164 form."""

    class Kind(models.TextChoices):
        PHONE = "phone", "Phone"
        EMAIL = "email", "E-mail"

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    value = models.CharField(max_length=254)
    allowed = models.BooleanField(default=True, help_text="The patient agreed to be contacted this way.")
    preferred = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["kind", "value"])]
        constraints = [
            models.UniqueConstraint(fields=["patient", "kind", "value"], name="people_contact_once"),
            models.UniqueConstraint(
                fields=["patient", "kind"],
                condition=models.Q(preferred=True),
                name="people_contact_one_preferred",
            ),
        ]

    def __str__(self) -> str:
        return self.value
