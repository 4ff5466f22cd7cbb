"""What mail programs show of HTML and CSS, as “Can I email” tested it."""
