"""Views that say what they were told, or that behave as an app in the field would."""
import hashlib
import time

from django.http import HttpResponse, HttpResponsePermanentRedirect, JsonResponse, StreamingHttpResponse
from django.template import engines
from django.views.decorators.csrf import csrf_exempt


class PerViewSSL:
    """A view keyword `SSL` decides: True, the view is https; False, it is http; absent, either."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        wanted = kwargs.pop('SSL', None)
        if wanted is None or wanted == request.is_secure():
            return None
        scheme = 'https' if wanted else 'http'
        return HttpResponsePermanentRedirect('%s://%s%s' % (scheme, request.get_host(), request.get_full_path()))


def home(request):
    return HttpResponse('<!doctype html><title>Site</title><h1>It works</h1>')


def truth(request, SSL=None):
    """What the app believes, and every variable that came from the client's or the front's header lines."""
    meta = request.META
    return JsonResponse({
        'secure': request.is_secure(),
        'scheme': request.scheme,
        'host': request.get_host(),
        'port': request.get_port(),
        'uri': request.build_absolute_uri(),
        'client': meta.get('REMOTE_ADDR'),
        'method': request.method,
        'path': meta.get('RAW_URI', ''),
        'headers': {name: value for name, value in meta.items() if name.startswith('HTTP_')},
        'environ': {name: str(meta.get(name)) for name in (
            'wsgi.url_scheme', 'HTTPS', 'REQUEST_SCHEME', 'UWSGI_SCHEME', 'REMOTE_USER', 'REMOTE_ADDR', 'SERVER_NAME', 'SERVER_PORT', 'SCRIPT_NAME', 'PATH_INFO',
        ) if meta.get(name) is not None},
    })


@csrf_exempt
def echo(request):
    """The body, byte for byte."""
    return HttpResponse(request.body, content_type='application/octet-stream')


def slow(request):
    time.sleep(float(request.GET.get('seconds', '1')))
    return HttpResponse('slept')


def stream(request):
    """Pieces without a length."""
    pieces = int(request.GET.get('pieces', '5'))
    return StreamingHttpResponse((b'piece %d\n' % i for i in range(pieces)), content_type='text/plain')


def events(request):
    """Server-sent events, one every `gap` seconds."""
    count, gap = int(request.GET.get('count', '4')), float(request.GET.get('gap', '0.3'))

    def tick():
        for i in range(count):
            yield 'id: %d\ndata: tick %d\n\n' % (i, i)
            time.sleep(gap)

    return StreamingHttpResponse(tick(), content_type='text/event-stream')


@csrf_exempt
def upload(request):
    """Reads the body as a plain WSGI app would: as many bytes as CONTENT_LENGTH says, none without it."""
    meta = request.META
    announced = meta.get('CONTENT_LENGTH') or '0'
    left, digest, length = int(announced), hashlib.sha256(), 0
    while left > 0:
        piece = meta['wsgi.input'].read(min(left, 65536))
        if not piece:
            break
        digest.update(piece)
        length += len(piece)
        left -= len(piece)
    return JsonResponse({
        'sha256': digest.hexdigest(),
        'length': length,
        'content_length': meta.get('CONTENT_LENGTH'),
        'transfer_encoding': meta.get('HTTP_TRANSFER_ENCODING'),
        'expect': meta.get('HTTP_EXPECT'),
    })


BLOCK = bytes((i * 7 + (i >> 8)) & 255 for i in range(65536))


def download(request, size):
    """`size` bytes that anyone can compute; `?chunked=1` leaves the length out."""
    def pieces():
        left = size
        while left > 0:
            yield BLOCK[:min(left, len(BLOCK))]
            left -= len(BLOCK)

    response = StreamingHttpResponse(pieces(), content_type='application/octet-stream')
    if 'chunked' not in request.GET:
        response['Content-Length'] = str(size)
    return response


def cookie(request):
    response = HttpResponse('cookie set')
    response.set_cookie('plain', '1')
    return response


def absolute(request):
    """A redirect to an absolute URL of the site itself, built from what the app believes."""
    return HttpResponsePermanentRedirect(request.build_absolute_uri('/dir/'))


FORM = engines['django'].from_string(
    '<!doctype html><title>Form</title><form method="post">{% csrf_token %}<input name="word"><button>Send</button></form>'
    '<p id="said">{{ said }}</p>'
)


def form(request):
    return HttpResponse(FORM.render({'said': request.POST.get('word', '')}, request))


def handed(request):
    """A file of the site that the front sends once this view has decided that it may."""
    if request.GET.get('key') != 'right':
        return HttpResponse('not yours', status=403)
    response = HttpResponse('never shown', content_type=request.GET.get('type', ''))
    response[request.GET['by']] = request.GET['file']
    response['Content-Disposition'] = 'attachment; filename="yours.txt"'
    response.set_cookie('downloaded', '1')
    return response


def status(request, code):
    return HttpResponse(b'' if code in (204, 304) else b'status', status=code)
