"""E-mail by SMTP. A message sent again carries the Message-ID that it had before."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, localtime

import aiosmtplib

from hearing_server.services.letters import Envelope, Undeliverable

PATIENCE = 30.0  # seconds for a whole session


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """`security` is starttls, tls or none. `sender` is the court's address, `name` its name."""

    host: str
    port: int
    security: str
    sender: str
    name: str
    user: str = ""
    password: str = ""


class SmtpMail:
    """Implements Sender."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, envelope: Envelope) -> None:
        s = self._server
        try:
            await aiosmtplib.send(
                self._message(envelope),
                sender=s.sender,
                recipients=[envelope.to],
                hostname=s.host,
                port=s.port,
                username=s.user or None,
                password=s.password or None,
                use_tls=s.security == "tls",
                start_tls=s.security == "starttls",
                timeout=PATIENCE,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code if error.recipients else 0
            raise Undeliverable(f"SMTP {code}", permanent=code >= 500) from None
        except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPNotSupported) as error:
            # The court's own settings: to be tried again when they are right.
            raise Undeliverable(f"SMTP {type(error).__name__}") from None
        except aiosmtplib.SMTPResponseException as error:
            raise Undeliverable(f"SMTP {error.code}", permanent=error.code >= 500) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Undeliverable(f"SMTP {type(error).__name__}") from None

    def _message(self, envelope: Envelope) -> EmailMessage:
        s = self._server
        message = EmailMessage()
        message["From"] = formataddr((s.name, s.sender))
        message["To"] = envelope.to
        message["Subject"] = " ".join(envelope.text.subject.split())
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = f"<{envelope.id}@{s.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(envelope.text.body, cte="base64")
        return message
