from .base import *  # noqa
from .base import Stamped
from .works import Author, Book, Edition, Genre, Written

__all__ = ["Author", "Book", "Edition", "Genre", "Stamped", "Written"]
