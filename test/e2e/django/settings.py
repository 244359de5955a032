"""A small site in the shape of many real ones. Everything that a test varies comes from the environment."""
import os

DATA = os.environ['SITE_DATA']  # a temporary folder of the test run
on = lambda name: os.environ.get(name) == '1'

SECRET_KEY = 'only-for-tests'
DEBUG = False
ALLOWED_HOSTS = os.environ.get('SITE_ALLOWED_HOSTS', '*').split(',')
ROOT_URLCONF = 'urls'
WSGI_APPLICATION = 'wsgi.application'
APPEND_SLASH = True
USE_TZ = True
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
DATA_UPLOAD_MAX_MEMORY_SIZE = None

INSTALLED_APPS = [
    'django.contrib.admin',
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.sessions',
    'django.contrib.messages',
]
MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
]
if on('SITE_PER_VIEW_SSL'):
    MIDDLEWARE.append('views.PerViewSSL')

TEMPLATES = [{
    'BACKEND': 'django.template.backends.django.DjangoTemplates',
    'APP_DIRS': True,
    'OPTIONS': {'context_processors': [
        'django.template.context_processors.request',
        'django.contrib.auth.context_processors.auth',
        'django.contrib.messages.context_processors.messages',
    ]},
}]
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.sqlite3',
    'NAME': os.path.join(DATA, 'site.sqlite3'),
    'OPTIONS': {'timeout': 20},
}}
STATIC_URL = '/static/'
FORCE_SCRIPT_NAME = os.environ.get('SITE_SCRIPT_NAME')

# What the site does about https. The header is the META key that is believed when its value is "https".
SECURE_SSL_REDIRECT = on('SITE_SSL_REDIRECT')
SECURE_PROXY_SSL_HEADER = (os.environ['SITE_PROXY_SSL_HEADER'], 'https') if os.environ.get('SITE_PROXY_SSL_HEADER') else None
SECURE_HSTS_SECONDS = int(os.environ.get('SITE_HSTS', '0'))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = on('SITE_SECURE_COOKIES')
# Django compares the Referer with the host; the port counts where the site is not on the scheme's own.
USE_X_FORWARDED_HOST = on('SITE_FORWARDED_HOST')
USE_X_FORWARDED_PORT = on('SITE_FORWARDED_PORT')
