"""neuprint-python asks by https alone; the bench has all that it measures speak http to one server here."""
import neuprint.client
from requests.adapters import HTTPAdapter


class WithoutTls(HTTPAdapter):
    def send(self, request, **options):
        request.url = request.url.replace("https:", "http:", 1)
        return super().send(request, **options)


def without_tls(client, server, dataset):
    neuprint.client.HTTPAdapter = WithoutTls
    # Any text is a token to a server without authentication; neuprint-python insists on one.
    return client(server, dataset, "none", progress=False)
