"""The tables, as Django's users declare them."""

from django.db import models


class User(models.Model):
    name = models.CharField(max_length=100)
    email = models.CharField(max_length=200)
    active = models.BooleanField()


class Post(models.Model):
    title = models.CharField(max_length=200)
    body = models.TextField()
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    views = models.BigIntegerField()
    published = models.BooleanField()
    subtitle = models.CharField(max_length=200, null=True)


class Comment(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    body = models.TextField()


class Entry(models.Model):
    name = models.CharField(max_length=100)
    number = models.BigIntegerField()
    note = models.CharField(max_length=200, null=True)
