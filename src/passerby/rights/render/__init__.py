"""Letters and dates as files: PDF, e-mail, text, calendars."""
