"""SMTP, spoken by ourselves from the first mail on."""

from campaigns.sending.smtp.mailer import SmtpMailer
from campaigns.sending.smtp.signing_in import Server, sign_in

__all__ = ["Server", "SmtpMailer", "sign_in"]
