"""Letters to typeset and to send: long and short, in several scripts. All people are invented;
mail domains end in .example."""

from __future__ import annotations

from datetime import date

from passerby.rights.facts.letter import Block, BlockKind, Labels, Letter, LetterKind

ANCHOR = "3f0b9c41d6e27a5880c1f4ab29de7713560e8f2a94b7c3d1e05f6a7b8c9d0e1f"

GERMAN = Labels(
    reference="Unser Zeichen",
    date="24. November 2026",
    subject="Betreff",
    enclosures="Anlagen",
    page="Seite {page} von {pages}",
    draft="Entwurf: vor dem Absenden zu prüfen",
    anchor="Prüfwert der Akte vor diesem Schreiben:",
    reading_copy="Lesefassung. Diese Übersetzung wird nicht versandt.",
)
ENGLISH = Labels(
    reference="Our reference",
    date="November 24, 2026",
    subject="Re",
    enclosures="Enclosures",
    page="Page {page} of {pages}",
    draft="Draft: to be checked before it is sent",
    anchor="Check value of the record before this letter:",
)
POLISH = Labels(
    reference="Nasz znak",
    date="24 listopada 2026 r.",
    subject="Dotyczy",
    enclosures="Załączniki",
    page="Strona {page} z {pages}",
    draft="Projekt: do sprawdzenia przed wysłaniem",
    anchor="Skrót akt przed tym pismem:",
)


def paragraph(text: str) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text)


def heading(text: str) -> Block:
    return Block(kind=BlockKind.HEADING, text=text)


def numbered(number: int, text: str) -> Block:
    return Block(kind=BlockKind.NUMBERED, text=text, number=number)


def bullet(text: str) -> Block:
    return Block(kind=BlockKind.BULLET, text=text)


def german() -> Letter:
    """A first request of twelve points, two pages or three long."""
    points = (
        "ob Sie Daten verarbeiten, die mich betreffen; auch dann, wenn Sie mich nur anhand eines "
        "Gesichtsbildes und nicht mit Namen führen;",
        "eine vollständige Kopie dieser Daten, darunter jedes Bild, auf dem mein Gesicht zu sehen "
        "ist, in der Auflösung, in der Sie es gespeichert haben;",
        "ob aus Bildern von mir eine biometrische Vorlage (ein Gesichtsabdruck) berechnet wurde, "
        "wann, nach welchem Verfahren, und ob sie noch gespeichert ist;",
        "die Zwecke der Verarbeitung und für jeden Zweck die Rechtsgrundlage nach Art. 6 und "
        "Art. 9 Abs. 2 DSGVO;",
        "die Kategorien der verarbeiteten Daten;",
        "alle verfügbaren Informationen über die Herkunft: zu jedem Bild die Adresse der Seite, "
        "von der es stammt, und den Tag der Erhebung;",
        "jeden einzelnen Empfänger, dem meine Daten offengelegt wurden, mit Namen; Kategorien "
        "genügen nicht (EuGH, Urteil vom 12. Januar 2023, C-154/21);",
        "jede Suche, deren Ergebnis ein Bild von mir enthielt oder die mit einem Bild von mir "
        "durchgeführt wurde: Tag, Uhrzeit, Kunde und Anlass;",
        "die geplante Speicherdauer, oder die Kriterien, nach denen sie festgelegt wird;",
        "ob eine automatisierte Entscheidungsfindung einschließlich Profiling nach Art. 22 DSGVO "
        "stattfindet, und aussagekräftige Informationen über die involvierte Logik;",
        "in welche Drittländer die Daten übermittelt wurden und welche Garantien nach Art. 46 "
        "DSGVO dafür bestehen;",
        "das Bestehen der weiteren Rechte aus Art. 15 Abs. 1 Buchst. e und f DSGVO.",
    )
    return Letter(
        kind=LetterKind.REQUEST,
        language="de",
        reference="PB-7K2M-9QXD",
        day=date(2026, 11, 24),
        sender=(
            "Annegret Größlinger-Weißhaupt",
            "c/o Rechtsladen Schanze",
            "Susannenstraße 12 a",
            "20357 Hamburg",
        ),
        sender_email="post@rechtsladen.example",
        recipient=(
            "Gesichtssuche Musterwerke GmbH & Co. KG",
            "Datenschutzbeauftragte",
            "Straße des Fortschritts 128",
            "10115 Berlin",
            "Deutschland",
        ),
        recipient_email="datenschutz@musterwerke.example",
        subject="Antrag auf Auskunft, Löschung und Widerspruch nach der DSGVO",
        blocks=(
            paragraph("Sehr geehrte Damen und Herren,"),
            paragraph(
                "Sie betreiben eine Suchmaschine, die Gesichter in Bildern aus dem Internet "
                "wiedererkennt. Ich möchte wissen, ob ich darin vorkomme, und prüfen, ob das "
                "rechtmäßig ist. Allein diesem Zweck dient dieser Antrag. Ein Foto von mir füge "
                "ich nicht bei; für eine erste Antwort brauchen Sie keines."
            ),
            heading("Auskunft"),
            paragraph("Nach Art. 15 DSGVO verlange ich Auskunft über Folgendes:"),
            *(numbered(place + 1, text) for place, text in enumerate(points)),
            heading("Löschung, nachdem die Auskunft erteilt ist"),
            paragraph(
                "Erteilen Sie bitte zuerst die Auskunft; löschen Sie danach nach Art. 17 Abs. 1 "
                "DSGVO sämtliche Daten, die mich betreffen: Bilder, biometrische Vorlagen und "
                "alles, was daraus abgeleitet wurde. Teilen Sie die Löschung nach Art. 19 DSGVO "
                "jedem Empfänger mit. Ich stütze mich insbesondere auf:"
            ),
            bullet("Art. 17 Abs. 1 Buchst. d DSGVO: die Verarbeitung ist unrechtmäßig;"),
            bullet(
                "Art. 9 Abs. 1 DSGVO: biometrische Daten zur eindeutigen Identifizierung dürfen "
                "ohne meine ausdrückliche Einwilligung nicht verarbeitet werden;"
            ),
            bullet("Art. 21 Abs. 1 DSGVO: ich widerspreche der Verarbeitung."),
            heading("Frist"),
            paragraph(
                "Nach Art. 12 Abs. 3 DSGVO antworten Sie unverzüglich, spätestens innerhalb eines "
                "Monats nach Eingang dieses Schreibens. Bleibt die Antwort aus oder unvollständig, "
                "wende ich mich an die Aufsichtsbehörde. Gefunden habe ich mich unter "
                "https://suche.musterwerke.example/ergebnisse/2026/11/03/"
                "a91f00b7c2d84e5f9a6b3c1d7e8f0a2b?quelle=presse&seite=4."
            ),
        ),
        closing="Mit freundlichen Grüßen",
        signed="Annegret Größlinger-Weißhaupt",
        enclosures=("Vollmacht vom 3. November 2026 (Kopie)",),
        labels=GERMAN,
        doubts=(),
        anchor=ANCHOR,
    )


def polish() -> Letter:
    """A reminder in Polish, with a Greek name in it, to an address of six lines."""
    return Letter(
        kind=LetterKind.REMINDER,
        language="pl",
        reference="PB-4TZR-X8HC",
        day=date(2026, 11, 24),
        sender=("Żółcisława Gęśłańska", "ul. Świętokrzyska 14/3", "00-050 Warszawa", "Polska"),
        sender_email="zolcislawa@poczta.example",
        recipient=(
            "Wyszukiwarka Twarzy Przykładowa S.A.",
            "Inspektor Ochrony Danych",
            "pan Ευστάθιος Παπαδημητρίου",
            "ul. Legnicka 55F",
            "54-203 Wrocław",
            "Polska",
        ),
        recipient_email="iod@przykladowa.example",
        subject="Ponaglenie w sprawie wniosku o dostęp do danych i ich usunięcie",
        blocks=(
            paragraph("Szanowni Państwo,"),
            paragraph(
                "w dniu 12 października 2026 r. doręczono Państwu mój wniosek na podstawie "
                "art. 15, art. 17 i art. 21 RODO. Termin z art. 12 ust. 3 RODO upłynął w dniu "
                "12 listopada 2026 r. Odpowiedzi nie otrzymałam."
            ),
            paragraph("Wnoszę o niezwłoczne:"),
            numbered(1, "udzielenie pełnej informacji wraz z kopią każdego zdjęcia;"),
            numbered(2, "usunięcie zdjęć, wzorców biometrycznych i danych pochodnych;"),
            numbered(3, "wskazanie źródeł, w tym strony pana Ευσταθίου Παπαδημητρίου (Αθήνα)."),
        ),
        closing="Z poważaniem",
        signed="Żółcisława Gęśłańska",
        enclosures=(),
        labels=POLISH,
        doubts=(),
        anchor=ANCHOR,
    )


def american() -> Letter:
    """A draft on US Letter, with doubts and enclosures."""
    return Letter(
        kind=LetterKind.REQUEST,
        language="en-US",
        reference="PB-H3WN-6VJE",
        day=date(2026, 11, 24),
        sender=("Dolores Whitfield", "1450 Larkspur Avenue, Apt. 7", "Oakland, CA 94612"),
        sender_email="dolores@mail.example",
        recipient=(
            "Example Face Search, Inc.",
            "Attn: Privacy Requests",
            "99 Sample Street, 2nd Floor",
            "New York, NY 10001",
        ),
        recipient_email="privacy@facesearch.example",
        subject="Request to know, to delete, and to limit the use of sensitive information",
        blocks=(
            paragraph("To whom it may concern:"),
            paragraph(
                "I am a California resident. Under Cal. Civ. Code § 1798.110 I ask to know what "
                "you hold about me; under § 1798.105 I ask you to delete it; and under § 1798.121 "
                "I direct you to limit your use of my sensitive personal information, which "
                "biometric information is. I write to check whether you process it lawfully."
            ),
            heading("What I ask for"),
            numbered(1, "Each specific piece of personal information, with each photograph."),
            numbered(2, "The source of each photograph: the page and the day."),
            numbered(3, "Each third party that you disclosed it to, by name."),
            heading("Time"),
            paragraph(
                "Please confirm receipt within 10 business days and answer within 45 calendar "
                "days. No photograph is enclosed: you do not need one to answer this letter."
            ),
        ),
        closing="Sincerely,",
        signed="Dolores Whitfield",
        enclosures=("Signed permission of the authorized agent", "List of pages"),
        labels=ENGLISH,
        doubts=(
            "The text of 11 CCR 7021 was read, but the reading of “business day” rests on one "
            "secondary source.",
            "The postal address was never checked by anyone.",
        ),
        anchor=None,
    )
