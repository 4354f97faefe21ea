# what: a dataclass with defaults and a named tuple inside
# problem: shelf
from collections import namedtuple
from dataclasses import dataclass, field

Book = namedtuple("Book", "title")


@dataclass(order=True)
class Shelf:
    books: list = field(default_factory=list)

    def add(self, title):
        self.books.append(Book(title))

    def titles(self):
        return sorted(book.title for book in self.books)
