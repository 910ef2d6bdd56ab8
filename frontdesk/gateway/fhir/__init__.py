"""The machines' door: FHIR R4 on the wire, mapped onto the book's own queries and actions."""
