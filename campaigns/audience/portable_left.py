"""What of this room stays behind when a workspace moves, and why."""

LEFT = {
    "Resemblance": "Who may be one person is looked for anew.",
    "ResemblanceLook": "When that was last done.",
    "Sweep": "Pairs that are being made one; the mergers are there.",
    "ListBits": "Who is on a list, once more in bits, which are made from subscriptions.",
    "ListChange": "Which of these are to be made again.",
    "BulkEdit": "A change of many people at once, to be undone where it was made.",
    "BulkEditPerson": "Whom it was about.",
    "Wording": "The words by which people are found; the new house notes them by itself.",
    "Unworded": "Whose words are not noted yet.",
    "SignUp": "Who has not confirmed yet signs up anew; their link leads to the old house.",
}
