from django.db import models


class IsbnField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 13)
        kwargs["unique"] = True
        super().__init__(*args, **kwargs)


class LinesField(models.Field):
    """Lines of a text, stored as one."""

    def get_internal_type(self):
        return "TextField"


class MoneyField(models.DecimalField):
    def __init__(self, currency="EUR", **kwargs):
        self.currency = currency
        super().__init__(max_digits=10, decimal_places=2, **kwargs)
