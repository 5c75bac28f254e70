#!/usr/bin/env bash
# Python's `email` (standard library; seen with 3.11.7) folds a long header of words beyond ASCII so that blanks are lost: where a
# blank stands at the place at which it parts two encoded words, it is left between them, and RFC 2047 §6.2 says that blanks between
# encoded words are no text. A reader that keeps to the RFC, the library's own among them, gives back fewer characters.
# Valid input: a subject of Russian words with single blanks. Exits 1 when no length loses a blank any more.
set -euo pipefail
python3 - <<'PY'
import email, sys
from email import policy
from email.message import EmailMessage

words = "Счёт № ВМ26-000001 от 1 февраля 2026 г.: 3 660,00 ₽, оплатить до 11 февраля "
lost = []
for length in range(1, 301):
    subject = (words * 5)[:length].strip()
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = subject
    read = email.message_from_bytes(message.as_bytes(), policy=policy.default)["Subject"]
    if read != subject:
        lost.append(length)
print(f"Python {sys.version.split()[0]}: {len(lost)} of 300 lengths come back changed, the first at {lost[:3]}")
sys.exit(not lost)
PY
