# what: takes text apart and joins it over a generator of a generator
# problem: backwards
def backwards(text):
    def taken(rest):
        if rest:
            yield from taken(rest[1:])
            yield rest[0]

    return "".join(letter for letter in taken(text))
