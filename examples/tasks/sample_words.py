"""The words of which the example's rows are made."""

from __future__ import annotations

FIRST_NAMES = (
    "Ada Ben Chloe Dev Elif Femi Grace Hugo Ines Jonas Kira Liam Mei Noor Olga Pedro Quinn "
    "Rosa Sven Tara"
).split()
LAST_NAMES = (
    "Lind Okafor Martin Patel Kaya Ade Hopkins Silva Costa Berg Novak Walsh Tanaka Haddad "
    "Petrova Ruiz Baker Conti Dahl Singh"
).split()
PROJECTS = (
    "Website, Mobile app, Billing, Search, Onboarding, Data warehouse, Support desk, "
    "Warehouse tools, Partner API, Office move"
).split(", ")
VERBS = (
    "Fix, Test, Document, Design, Review, Simplify, Measure, Replace, Plan, Ship, "
    "Translate, Automate, Remove, Estimate, Prepare, Discuss"
).split(", ")
THINGS = (
    "the login form, the invoice export, the search results, the empty page, the mail "
    "templates, the backup job, the sign-up steps, the price list, the error messages, the "
    "audit trail, the image upload, the weekly report, the rate limits, the settings page, "
    "the import of contacts, the release notes, the data retention, the mobile menu, the "
    "first-day guide, the status page"
).split(", ")
DESCRIPTIONS = (
    None,
    None,
    "As talked over on Monday.",
    "Small, but in everybody's way.",
    "See the files below for what it should look like.",
    "Ask before you begin: somebody may be on it already.",
)
TAGS = {
    "bug": "#d73a4a",
    "design": "#a2eeef",
    "documentation": "#0075ca",
    "good first task": "#7057ff",
    "legal": "#5319e7",
    "money": "#0e8a16",
    "performance": "#fbca04",
    "question": "#d876e3",
    "security": "#b60205",
    "tests": "#bfd4f2",
    "waiting": "#cccccc",
    "wording": "#f9d0c4",
}
COMMENTS = (
    "I can take this one.",
    "Is this still wanted?",
    "Half of it is done; the rest needs an answer from the customer.",
    "Please add a screenshot.",
    "It works here. On which browser do you see it?",
    "Let us talk about this tomorrow.",
    "Larger than it looked: I have raised the estimate.",
    "Done on the test system, please have a look.",
    "This belongs together with the one before.",
    "Thank you!",
)
FILES = (
    ("screenshot.png", "image/png"),
    ("sketch.png", "image/png"),
    ("minutes.txt", "text/plain"),
    ("offer.pdf", "application/pdf"),
    ("figures.csv", "text/csv"),
    ("log.txt", "text/plain"),
)
