//! Projects, the settings module that is judged, and what its settings are.

use crate::collect;
use crate::date::Date;
use crate::fact::{Catalogue, Facts};

use crate::project::{Given, Project, services};

pub(super) fn facts(files: &[(&str, &str)], settings: Option<&str>) -> Facts {
    let project = Project::of_texts(files.iter().copied());
    let service = services(&project, "shop").swap_remove(0);
    let mut given = Given::nothing(Date::parse("2026-11-21").unwrap());
    given.settings = settings.map(str::to_owned);
    collect::service(&project, &service, &given, &Catalogue::default())
}

fn shown(facts: &Facts, path: &str) -> String {
    facts.at(path).value.to_string()
}

/// The settings module that is judged, and why.
fn selected(files: &[(&str, &str)]) -> String {
    let facts = facts(files, None);
    let text = |path: &str| facts.at(path).value.text().unwrap_or("nothing").to_owned();
    format!("{}: {}", text("django.settings-module.name"), text("django.settings-module.because"))
}

const MANAGE: (&str, &str) = (
    "manage.py",
    "import django\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
);
const LOCAL: (&str, &str) = (
    "manage.py",
    "import django\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.local')\n",
);

#[test]
fn the_settings_of_production_are_those_that_deploy() {
    let package = [
        ("shop/settings/__init__.py", ""),
        ("shop/settings/base.py", "DEBUG = True"),
        ("shop/settings/local.py", "from .base import *"),
        ("shop/settings/production.py", "from .base import *\nDEBUG = False"),
    ];
    let with = |more: &[(&'static str, &'static str)]| {
        let mut files = package.to_vec();
        files.extend(more);
        selected(&files)
    };
    for (more, expected) in [
        (vec![], "shop.settings.production: it is named for production"),
        (vec![LOCAL], "shop.settings.production: it is named for production"),
        (
            vec![
                LOCAL,
                (
                    "Procfile",
                    "web: env DJANGO_SETTINGS_MODULE=shop.settings.base gunicorn shop.wsgi",
                ),
            ],
            "shop.settings.base: `Procfile:1` names it",
        ),
        (
            vec![(
                "shop/wsgi.py",
                "setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings.base\")",
            )],
            "shop.settings.production: it is named for production",
        ),
        (
            vec![("shop/wsgi.py", "# DJANGO_SETTINGS_MODULE=shop.settings.base\n")],
            "shop.settings.production: it is named for production",
        ),
    ] {
        assert_eq!(with(&more), expected);
    }
    let docker = ("shop/settings/docker.py", "from .local import *\n");
    let named = ("docker-compose.yml", "  - DJANGO_SETTINGS_MODULE=shop.settings.docker\n");
    assert_eq!(
        with(&[docker, named]),
        "shop.settings.production: it is named for production",
        "what builds on a module for development is one"
    );
    assert_eq!(
        selected(&[("settings.py", "DEBUG = False")]),
        "settings: it is the only settings module that is not for development"
    );
    assert_eq!(
        selected(&[("settings.py", "from local_settings import *\nDEBUG = False")]),
        "settings: no other settings module is here"
    );
    assert_eq!(
        selected(&[MANAGE, ("shop/settings.py", "DEBUG = False")]),
        "shop.settings: `manage.py:2` names it as the default"
    );
}

#[test]
fn a_program_may_choose_the_settings_by_what_it_finds() {
    let modules = [
        ("shop/settings.py", "DEBUG = True"),
        ("shop/production.py", "from .settings import *\nDEBUG = False"),
    ];
    for (program, expected) in [
        (
            "module = 'shop.settings' if 'HOST' not in os.environ else 'shop.production'\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', module)",
            "shop.production: `shop/wsgi.py:2` names it as the default",
        ),
        (
            "if on_azure:\n    module = 'shop.production'\nelse:\n    module = 'shop.settings'\nos.environ['DJANGO_SETTINGS_MODULE'] = module",
            "shop.production: `shop/wsgi.py:5` names it as the default",
        ),
        (
            "module == 'shop.production'\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', module)",
            "shop.settings: it is the only settings module that is not for development",
        ),
    ] {
        let mut files = modules.to_vec();
        files.push(("shop/wsgi.py", program));
        assert_eq!(selected(&files), expected, "{program}");
    }
}

#[test]
fn what_only_a_developers_module_builds_on_is_not_all_of_production() {
    let manage = "import django\nsetdefault('DJANGO_SETTINGS_MODULE', 'devproject.settings')";
    let own = "from shop import settings\nSECRET_KEY = 'x'\nDEBUG = True";
    let with = |settings: &str| {
        let files = [
            ("manage.py", manage),
            ("devproject/settings.py", own),
            ("shop/settings.py", settings),
        ];
        facts(&files, None).at("django.settings.ALLOWED_HOSTS").value.to_string()
    };
    assert!(with("INSTALLED_APPS = ['shop']").starts_with("unknown"));
    assert_eq!(with("INSTALLED_APPS = ['shop']\nSECRET_KEY = 'x'"), "[]");
}

#[test]
fn what_only_the_build_runs_is_not_production() {
    let files = [
        ("manage.py", "import django\nsetdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.local')"),
        ("shop/settings/__init__.py", ""),
        ("shop/settings/base.py", "DEBUG = True\nfrom .assets import *"),
        ("shop/settings/assets.py", "PIPELINE = {}"),
        ("shop/settings/cabotage.py", "from shop.settings.base import *\nDEBUG = False"),
        ("shop/settings/static.py", "from .base import *\nDEBUG = False"),
        ("shop/settings/local.py", "from .base import *"),
    ];
    let runs = "FROM python:3.13\nRUN set -x && \\\n  DJANGO_SETTINGS_MODULE=shop.settings.static python manage.py check\n";
    let collects = "DJANGO_SETTINGS_MODULE=shop.settings.static python manage.py collectstatic";
    for more in [("Dockerfile", runs), ("deploy.sh", collects)] {
        let files: Vec<_> = files.into_iter().chain([more]).collect();
        assert_eq!(
            selected(&files),
            "shop.settings.cabotage: no file that deploys names another, and it is neither a part of one nor for the build"
        );
    }
    let image = "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings.static\n";
    let files: Vec<_> = files.into_iter().chain([("Dockerfile", image)]).collect();
    assert!(selected(&files).starts_with("shop.settings.static: `Dockerfile:2"));
}

#[test]
fn what_the_judged_module_leaves_out_may_be_set_in_one_that_is_named_later() {
    let compose = "services:\n  web:\n    build: .\n    environment:\n      DJANGO_SETTINGS_MODULE: ${DJANGO_SETTINGS_MODULE}\n";
    let with = |settings: &'static str| {
        let files = [
            ("manage.py", "import django"),
            ("Dockerfile", "FROM python:3.13\nCMD [\"gunicorn\", \"shop.wsgi\"]\n"),
            ("docker-compose.yml", compose),
            ("shop/settings/settings.py", settings),
        ];
        let facts = facts(&files, None);
        shown(&facts, "django.settings.SESSION_COOKIE_SECURE")
    };
    assert!(with("DEBUG = False").starts_with("unknown (`DJANGO_SETTINGS_MODULE` is given"));
    assert_eq!(with("DEBUG = False\nSECRET_KEY = 'x'"), "false");
}

#[test]
fn a_module_that_takes_over_development_is_not_production() {
    let files = [
        (
            "manage.py",
            "import django\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.dev')\n",
        ),
        ("shop/settings/base.py", "DEBUG = False"),
        ("shop/settings/dev.py", "from .base import *\nDEBUG = True"),
        ("shop/settings/docker.py", "from .dev import *  # noqa\nA = 1"),
        ("shop/settings/prod.py", "from .base import *"),
        ("Dockerfile", "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings.docker\n"),
    ];
    assert_eq!(selected(&files), "shop.settings.prod: it is named for production");
    let own = "from .base import *\nDEBUG = False\nfrom .local_settings import *";
    let image =
        ("Dockerfile", "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings.docker\n");
    let [manage, base, dev, ..] = files;
    let files = [manage, base, dev, ("shop/settings/docker.py", own), image];
    assert!(selected(&files).starts_with("shop.settings.docker: "));
}

#[test]
fn what_an_example_of_production_adds_is_not_known() {
    let base = ("shop/settings/base.py", "DEBUG = False");
    let example = ("shop/settings/production.example.py", "from .base import *");
    let told = |files: &[(&str, &str)]| {
        shown(&facts(files, None), "django.settings.SESSION_COOKIE_SECURE")
    };
    let manage = ("manage.py", "import django");
    assert_eq!(told(&[manage, base]), "false");
    assert!(told(&[manage, base, example]).starts_with("unknown (production runs what"));
}

#[test]
fn a_compose_file_for_development_names_no_settings_of_production() {
    let files = [
        LOCAL,
        ("shop/settings/container.py", "DEBUG = True"),
        ("shop/settings/prod.py", "DEBUG = False"),
        (
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    entrypoint: ./entrypoint.dev.sh\n    environment:\n      DJANGO_SETTINGS_MODULE: shop.settings.container\n",
        ),
        ("Dockerfile", "FROM python:3.13\n"),
    ];
    assert_eq!(selected(&files), "shop.settings.prod: it is named for production");
}

#[test]
fn a_library_that_reads_the_settings_holds_none() {
    let files = [
        ("requirements.txt", "django==5.2\n"),
        (
            "cool/settings.py",
            "from django.conf import settings\nCOOL = getattr(settings, 'COOL', 1)",
        ),
        ("testapp/manage.py", "import django"),
        ("testapp/testapp/settings.py", "DEBUG = True"),
    ];
    assert!(!facts(&files, None).found("django"));
}

#[test]
fn a_package_that_is_named_for_production_is_a_module_too() {
    let files = [
        ("shop/settings/__init__.py", ""),
        ("shop/settings/base.py", "DEBUG = True"),
        ("shop/settings/development/__init__.py", "from shop.settings.base import *"),
        ("shop/settings/production/__init__.py", "from shop.settings.base import *\nDEBUG = False"),
    ];
    assert_eq!(selected(&files), "shop.settings.production: it is named for production");
}

#[test]
fn a_module_that_is_deployed_and_not_there_is_told() {
    for (named, missing) in [
        ("shop.settings.prod", "[\"shop.settings.prod\"]"),
        ("shop.settings.production", "[]"),
        ("shop.settings.local", "[]"),
        ("other.settings", "[]"),
    ] {
        let dockerfile = format!("FROM python:3.13\nENV DJANGO_SETTINGS_MODULE={named}\n");
        let files = [
            LOCAL,
            ("shop/settings/production.py", "DEBUG = False"),
            ("Dockerfile", dockerfile.as_str()),
        ];
        let facts = facts(&files, None);
        assert_eq!(shown(&facts, "django.settings-module.missing"), missing, "{named}");
    }
}

#[test]
fn tokens_that_no_code_hands_out_are_not_used() {
    let settings = "INSTALLED_APPS = ['rest_framework', 'rest_framework_simplejwt']\n\
                    SIMPLE_JWT = {'ACCESS_TOKEN_LIFETIME': 86400}\n";
    let by_default = format!(
        "{settings}REST_FRAMEWORK = {{'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework_simplejwt.authentication.JWTAuthentication']}}\n"
    );
    let session = format!(
        "{settings}REST_FRAMEWORK = {{'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework.authentication.SessionAuthentication']}}\n"
    );
    let plain = ("shop/urls.py", "urlpatterns = []");
    let tokens = ("shop/urls.py", "from rest_framework_simplejwt.views import TokenObtainPairView");
    for (settings, urls, used) in [
        (session.as_str(), plain, "false"),
        (session.as_str(), tokens, "true"),
        (session.as_str(), ("shop/views.py", "pass"), "true"),
        (by_default.as_str(), plain, "true"),
    ] {
        let facts = facts(&[("shop/settings.py", settings), urls], None);
        assert_eq!(shown(&facts, "django.uses.simplejwt"), used, "{urls:?}");
    }
}

#[test]
fn another_framework_with_a_settings_file_is_no_django() {
    let files = [
        ("settings.py", "DEBUG = True"),
        ("app.py", "from flask import Flask\napp = Flask(__name__)"),
    ];
    assert!(!facts(&files, None).found("django"));
    assert!(!facts(&[("lib/config.py", "X = 1")], None).found("django"));
}

#[test]
fn given_settings_win_and_may_name_a_class() {
    let program = "from configurations import Configuration\nclass Base(Configuration):\n    DEBUG = True\n    A = 1\nclass Prod(Base):\n    DEBUG = False\n";
    let facts = facts(&[("shop/conf.py", program)], Some("shop.conf:Prod"));
    assert_eq!(shown(&facts, "django.settings.DEBUG"), "false");
    assert_eq!(shown(&facts, "django.settings.A"), "1");
}

#[test]
fn of_several_classes_production_runs_the_one_that_deploys() {
    let program = "from configurations import Configuration\nclass Base(Configuration):\n    DEBUG = True\nclass Development(Base):\n    A = 1\n";
    let with_production = format!("{program}class Production(Base):\n    DEBUG = False\n");
    let wsgi = ("shop/wsgi.py", "os.environ.setdefault('DJANGO_CONFIGURATION', 'Development')");
    let asgi = ("shop/asgi.py", "os.environ.setdefault('DJANGO_CONFIGURATION', 'Other')");
    let compose = |class: &str| {
        format!(
            "services:\n  web:\n    build: .\n    environment:\n      DJANGO_CONFIGURATION: {class}\n"
        )
    };
    let (base, development) = (compose("Base"), compose("Development"));
    for (program, more, class, debug) in [
        (with_production.as_str(), vec![wsgi], "\"Production\"", "false"),
        (&with_production, vec![wsgi, ("compose.yml", base.as_str())], "\"Base\"", "true"),
        (&with_production, vec![("compose.yml", development.as_str())], "\"Production\"", "false"),
        (program, vec![("compose.yml", development.as_str())], "\"Development\"", "true"),
        (program, vec![wsgi], "\"Development\"", "true"),
        (program, vec![asgi, wsgi], "\"Development\"", "true"),
    ] {
        let mut files = vec![MANAGE, ("shop/settings.py", program)];
        files.extend(more);
        let facts = facts(&files, None);
        assert_eq!(shown(&facts, "django.settings-module.class"), class, "{files:?}");
        assert_eq!(shown(&facts, "django.settings.DEBUG"), debug, "{files:?}");
    }
    let plain = facts(&[MANAGE, ("shop/settings.py", "DEBUG = False")], None);
    assert_eq!(shown(&plain, "django.settings-module.class"), "not set");
    let base = "from configurations import Configuration\nclass Base(Configuration):\n    A = 1\n";
    let prod = "from configurations import values\nfrom .base import Base\nclass Prod(Base):\n    DEBUG = False\n";
    for package in
        ["from .dev import Dev\nfrom .prod import Prod", "from shop.settings.prod import Prod"]
    {
        let brought_together = facts(
            &[
                MANAGE,
                ("shop/__init__.py", ""),
                ("shop/settings/__init__.py", package),
                ("shop/settings/base.py", base),
                ("shop/settings/prod.py", prod),
                ("shop/settings/dev.py", &prod.replace("Prod", "Dev")),
            ],
            None,
        );
        assert_eq!(
            shown(&brought_together, "django.settings-module.class"),
            "\"Prod\"",
            "{package}"
        );
        assert_eq!(shown(&brought_together, "django.settings.A"), "1", "{package}");
    }
}

#[test]
fn defaults_stand_only_where_a_setting_is_known_not_to_be_set() {
    let absent = facts(&[("settings.py", "ALLOWED_HOSTS = []")], None);
    assert_eq!(shown(&absent, "django.settings.DEBUG"), "false");
    assert_eq!(absent.at("django.settings.DEBUG").provenance.origin.word(), "default");
    let open = facts(&[("settings.py", "from vendor.settings import *")], None);
    assert!(shown(&open, "django.settings.DEBUG").starts_with("unknown"));
    let stopped = facts(&[("settings.py", "A = 1\nraise Exception('no')")], None);
    assert!(shown(&stopped, "django.settings.DEBUG").starts_with("unknown"));
    assert_eq!(shown(&stopped, "django.loads"), "false");
    let either =
        facts(&[("settings.py", "A = 1\nif os.environ.get('A'):\n    DEBUG = True")], None);
    assert_eq!(shown(&either, "django.settings.DEBUG"), "one of true or false");
}

#[test]
fn secrets_are_concealed_by_their_names() {
    let program = "SECRET_KEY = 'abc'\nDATABASES = {'default': {'PASSWORD': 'pw', 'HOST': 'db'}}";
    let facts = facts(&[("settings.py", program)], None);
    assert_eq!(shown(&facts, "django.settings.SECRET_KEY"), "a secret of 3 characters");
    let password = shown(&facts, "django.settings.DATABASES.default.PASSWORD");
    assert_eq!(password, "a secret of 2 characters");
}
