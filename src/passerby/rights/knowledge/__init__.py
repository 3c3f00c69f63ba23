"""What Passerby knows: laws, companies, authorities, decisions, languages, each row a file."""

from passerby.rights.knowledge.library import Knowledge, default_folder
from passerby.rights.knowledge.tables import Kind, Row

__all__ = ["Kind", "Knowledge", "Row", "default_folder"]
