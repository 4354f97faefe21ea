# what: an instance with __call__ of a class made by a metaclass
# problem: total
class Meta(type):
    def __new__(cls, name, bases, namespace):
        return super().__new__(cls, name, bases, {**namespace, "__call__": namespace["run"]})


class Total(metaclass=Meta):
    def run(self, numbers):
        return sum(numbers)


total = Total()
