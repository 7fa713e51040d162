"""Who may do what: `rights.require(tx, actor, Act.DIRECT, subject)` before every act of the office.

A person acts in a post (`posts_of`), his own or one held for somebody else; the matrix role × act lies in
config/roles.toml. A function builds the `Subject` from what it knows: whose register, which parties.
"""

from mailsvc.core.actor import HOUSE, Actor, Post
from mailsvc.documents.rights.judge import Party, Relation, Subject, may, refusal, require
from mailsvc.documents.rights.matrix import Act, Condition, matrix
from mailsvc.documents.rights.posts import as_actor, display_name, posts_of, receiver, substitute_of
from mailsvc.documents.rights.subjects import of_document, of_organisation
from mailsvc.documents.rights.units import organisation_of_unit

__all__ = [
    "HOUSE",
    "Act",
    "Actor",
    "Condition",
    "Party",
    "Post",
    "Relation",
    "Subject",
    "as_actor",
    "display_name",
    "matrix",
    "may",
    "of_document",
    "of_organisation",
    "organisation_of_unit",
    "posts_of",
    "receiver",
    "refusal",
    "require",
    "substitute_of",
]
