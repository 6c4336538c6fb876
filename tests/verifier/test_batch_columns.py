"""Heads of columns: those of forms, databases and offices are known, and nobody else's are taken
for the applicant's."""

import pytest

from verifier.batch import columns

KNOWN = {
    "applicant": (
        *("Applicant", "Applicant ID", "Applicant #", "Candidate", "Employee ID", "Teacher"),
        *("Teacher No.", "Teacher 1", "Solicitante", "Número de empleado"),
    ),
    "name": (
        *("Name", "NAME", "Full name", "Applicant name", "Teacher's name", "What is your name?"),
        *("Name of applicant", "Teacher 1 name", "1. Name"),
        *("Q2: Full name *", "Name (first and last)"),
        *("Full Name (as it appears on your license)", "Candidate_Name", "Nombre completo"),
        *("Full Name (First, Last)", "Staff Name", "Educator name (as on license)"),
        *("Nombre y apellidos", "Nombre del solicitante"),
    ),
    "first": (
        *("First Name", "First", "Given name", "Name (First)", "Name - First Name", "Name_First"),
        *("RecipientFirstName", "Legal First Name", "Primer nombre"),
    ),
    "last": (
        *("Last Name", "Surname", "Family name", "Name (Last)", "Full Name - Last Name"),
        *("RecipientLastName", "Apellidos", "Apellido(s)", "Segundo apellido"),
        *("Apellido paterno", "Apellido materno", "Staff Last Name"),
    ),
    "emails": (
        *("Email", "E-mail", "E-Mail-Address", "Email Address", "EmailAddress", "e-mails"),
        *("Other email", "Alternate e-mail", "Secondary email", "Work email"),
        *("Email (personal)", "Email 2", "Email2", "Applicant's e-mail address"),
        *("What is your email address?", "RecipientEmail", "Candidate Email", "Correo electrónico"),
        *("Dirección de correo electrónico", "Correo del docente", "Correo institucional"),
        *("Staff e-mail", "E-mail (work or personal)", "Confirm Email", "userEmail"),
        *("Email used for your badge", "The email address your badge was issued to"),
    ),
    "source": (
        *("File", "Files", "File 2", "File name", "Link", "URL", "File or link", "Attachment"),
        *("Attachments", "Upload", "File Upload", "Document", "Certificate", "Certificate #2"),
        *("Upload your certificate (PDF or PNG)", "Link to your badge", "Badge image URL"),
        *("Certificate of completion", "Please attach your certificates here", "Archivo"),
        *("Certificado", "Enlace a la insignia", "Adjunte su certificado", "Nombre del archivo"),
        *("Badge verification URL", "Credly link", "Link to credential page", "Shareable link"),
        *("Badges (upload up to 10)", "Enlace de verificación", "Certificado de finalización"),
    ),
}
OTHERS = (
    *("Email of reference", "Reference 1 Email", "Reference name", "Name of supervisor"),
    *("Supervisor's e-mail", "Email consent", "Email opt-in date", "Email sent", "Emailed"),
    *("Name of current school", "School", "School name", "School email", "District", "Principal"),
    *(
        "Principal's name",
        "Parent name",
        "Parent email",
        "Emergency contact",
        "Spouse's first name",
    ),
    *("Emergency contact email", "Consent", "Mentor", "Evaluator name", "Name of recommender"),
    *("Name of the person who referred you", "Student name", "Middle name", "Maiden name"),
    *("Second teacher email", "Other applicant's email", "Teacher 2 email", "Applicant 2 name"),
    *("Cooperating teacher name", "Upload a photo", "Profile picture", "Upload transcript"),
    *("Timestamp", "Start time", "Completion time", "ID", "Submission ID", "Score", "Phone"),
    *("LinkedIn profile", "LinkedIn URL", "Website", "Link to your resume", "Resume", "Portfolio"),
    *("Certificate number", "Certificate name", "Badge name", "Credential ID", "Document type"),
    *("Certificate expiration date", "Uploaded by", "Upload date", "File size", "Applicant status"),
    *("Badge verification", "Verified", "Email of badge issuer", "Badge issued by (email)"),
    *("Supervisor badge link", "For staff use", "Office staff email", "Staff notes", "Page"),
    *("Applicant phone", "Address", "Mailing address", "Nombre de la escuela", "Referencia"),
    *("Nombre del director", "Correo del supervisor", "Contacto de emergencia", "", "?", "2"),
)


@pytest.mark.parametrize(
    ("role", "head"), [(role, head) for role, heads in KNOWN.items() for head in heads]
)
def test_the_heads_that_forms_and_offices_write_are_known(role, head):
    assert columns.role(head) == role


@pytest.mark.parametrize("head", OTHERS)
def test_what_is_about_somebody_or_something_else_is_left_alone(head):
    assert columns.role(head) == ""
