from .commands.speech import settle_language as settle_language
