//! The fields of an API key as they are entered, and their validation.

use strum::IntoEnumIterator;
use uuid::Uuid;

use super::field::{FieldValue, KeyEdit, KeyField, KeyFields, Settings, Widget};
use super::{FieldErrors, LocalAddress, Scope, UiDomain, domain, local, name};

/// A key that may be created, except for what only the store knows: that its project is deployed and
/// its name not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidKey {
    pub scope: Scope,
    pub name: String,
    pub project: Option<Uuid>,
    pub settings: Settings,
}

impl KeyFields {
    /// Every rule that needs no store. Reports all that is wrong at once.
    pub fn validate(&self) -> Result<ValidKey, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = valid_name(&self.name, &mut errors);
        if self.scope.has_project() && self.project.is_none() {
            errors.push("project", "Choose the deployed project that the key is for.");
        }
        if !self.scope.has_project() {
            refuse_what_analytics_lacks(self, &mut errors);
        }
        let settings = valid_settings(self, &mut errors);
        errors.into_result()?;
        Ok(ValidKey {
            scope: self.scope,
            name,
            project: self.project,
            settings,
        })
    }
}

/// Which fields of a key of this scope can be edited, and what to do about the others.
pub fn what_is_edited(scope: Scope) -> String {
    let labels: Vec<String> = KeyField::editable(scope)
        .map(|field| field.label().to_lowercase())
        .collect();
    let fields = match labels.as_slice() {
        [] => "Nothing".to_owned(),
        [only] => format!("Only the {only}"),
        [first @ .., last] => format!("Only the {} and {last}", first.join(", ")),
    };
    format!("{fields} of an {scope} key can be edited; for anything else, revoke it and create another.")
}

impl KeyEdit {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it turns local development on, or edits it, and leaves its end open.
    pub fn names_local_development(&self) -> bool {
        matches!(self.local_development, Some(Some(_))) && self.local_development_ends_at.is_none()
    }

    /// The name and settings after the change.
    pub fn apply(
        &self,
        scope: Scope,
        name: &str,
        settings: &Settings,
    ) -> Result<(String, Settings), FieldErrors> {
        let mut named = KeyField::iter().filter(|field| self.names(*field));
        let is_none_edited = KeyField::editable(scope).next().is_none();
        if is_none_edited || !scope.is_viewable() && !named.all(|field| field.is_edited_of(scope)) {
            return Err(FieldErrors::one("scope", what_is_edited(scope)));
        }
        let mut errors = FieldErrors::default();
        let name = valid_name(self.name.as_deref().unwrap_or(name), &mut errors);
        let current_domains = || {
            settings
                .ui_domains
                .iter()
                .map(|d| d.as_str().to_owned())
                .collect()
        };
        let domains: Vec<String> = self.ui_domains.clone().unwrap_or_else(current_domains);
        // What the key has stays without being judged by rules that came later.
        let ui_domains = match &self.ui_domains {
            Some(domains) => valid_domains(scope, domains, &mut errors),
            None => settings.ui_domains.clone(),
        };
        let local_development = match &self.local_development {
            Some(Some(text)) => valid_local(scope, text, &domains, &mut errors),
            Some(None) => None,
            None => settings.local_development,
        };
        if local_development.is_some() && self.ui_domains.is_some() && self.local_development.is_none() {
            needs_local_origin(scope, &domains, &mut errors);
        }
        let mut changed = Settings {
            ui_domains,
            local_development,
            ..settings.clone()
        };
        set_valid(&mut changed, |field| self.given(field), &mut errors);
        let end = self.local_development_ends_at.as_ref().map(Option::as_deref);
        local::check(scope, &mut changed, end, &mut errors);
        errors.into_result()?;
        Ok((name, changed))
    }
}

fn valid_name(text: &str, errors: &mut FieldErrors) -> String {
    name::parse(text).unwrap_or_else(|message| {
        errors.push("name", message);
        String::new()
    })
}

fn refuse_what_analytics_lacks(fields: &KeyFields, errors: &mut FieldErrors) {
    if fields.project.is_some() {
        errors.push(
            "project",
            "An Analytics key has no project: it reads the whole organisation.",
        );
    }
    // Local development is refused with its address, of a Mobile key too.
    let lacks = |field: &KeyField| {
        let is_simple = *field == KeyField::UiDomains || matches!(field.widget(), Widget::Toggle { .. });
        is_simple && !field.facts().scopes.contains(&Scope::Analytics)
    };
    for field in KeyField::iter().filter(lacks) {
        if fields.given(field).is_some() {
            let what = within_a_sentence(field.label());
            errors.push(field.wire_name(), format!("An Analytics key has no {what}."));
        }
    }
}

/// `cross-page persistence`, `UI domains`.
fn within_a_sentence(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => label.to_owned(),
    }
}

fn valid_settings(fields: &KeyFields, errors: &mut FieldErrors) -> Settings {
    let domains = fields.ui_domains.as_deref().unwrap_or_default();
    let local = fields.local_development.as_deref();
    let mut settings = Settings {
        ui_domains: valid_domains(fields.scope, domains, errors),
        local_development: local.and_then(|text| valid_local(fields.scope, text, domains, errors)),
        ..Settings::default()
    };
    set_valid(&mut settings, |field| fields.given(field), errors);
    let end = fields.local_development_ends_at.as_deref().map(Some);
    local::check(fields.scope, &mut settings, end, errors);
    settings
}

/// The fields of which the declaration says all, as far as they are given.
fn set_valid(
    settings: &mut Settings,
    given: impl Fn(KeyField) -> Option<FieldValue>,
    errors: &mut FieldErrors,
) {
    for field in KeyField::iter() {
        if let Some(value) = given(field).filter(|_| field.widget() != Widget::Custom) {
            settings.set(field, field.valid(value, errors));
        }
    }
}

fn valid_domains(scope: Scope, domains: &[String], errors: &mut FieldErrors) -> Vec<UiDomain> {
    if scope == Scope::Web && domains.is_empty() {
        errors.push(
            "ui_domains",
            "A Web key needs at least one origin, such as https://shop.acme.example.",
        );
    }
    if domains.len() > domain::MAX_DOMAINS {
        errors.push(
            "ui_domains",
            format!(
                "A key has at most {} UI domains; there are {}.",
                domain::MAX_DOMAINS,
                domains.len()
            ),
        );
        return Vec::new();
    }
    let mut valid: Vec<UiDomain> = Vec::with_capacity(domains.len());
    if scope.has_project() {
        for (index, text) in domains.iter().enumerate() {
            match UiDomain::parse(scope, text) {
                Ok(domain) if valid.contains(&domain) => {
                    errors.push(
                        format!("ui_domains[{index}]"),
                        format!("{domain} is listed twice."),
                    );
                }
                Ok(domain) => valid.push(domain),
                Err(message) => errors.push(format!("ui_domains[{index}]"), message),
            }
        }
    }
    valid
}

const LOCAL_DEVELOPMENT: &str = "local_development";

fn valid_local(
    scope: Scope,
    text: &str,
    domains: &[String],
    errors: &mut FieldErrors,
) -> Option<LocalAddress> {
    if !scope.has_local_development() {
        errors.push(LOCAL_DEVELOPMENT, "Only a Web key has local development.");
        return None;
    }
    let address = LocalAddress::parse(text)
        .map_err(|message| errors.push(LOCAL_DEVELOPMENT, message))
        .ok()?;
    needs_local_origin(scope, domains, errors);
    Some(address)
}

/// The toggle says from where a local origin is valid, so there must be one.
fn needs_local_origin(scope: Scope, domains: &[String], errors: &mut FieldErrors) {
    let has_local_origin = domains
        .iter()
        .filter_map(|d| UiDomain::parse(scope, d).ok())
        .any(|d| d.is_local_with_port());
    if !has_local_origin {
        errors.push(
            LOCAL_DEVELOPMENT,
            "Add your local origin with its port, such as http://localhost:8000, to the UI domains.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web() -> KeyFields {
        KeyFields {
            name: "Checkout".into(),
            project: Some(Uuid::nil()),
            ui_domains: Some(vec!["https://shop.acme.example".into()]),
            ..KeyFields::blank(Scope::Web)
        }
    }

    fn fields_in_error(fields: &KeyFields) -> Vec<String> {
        fields
            .validate()
            .err()
            .unwrap_or_default()
            .0
            .into_iter()
            .map(|e| e.field)
            .collect()
    }

    #[test]
    fn a_blank_web_key_lacks_name_project_and_domains() {
        assert_eq!(
            fields_in_error(&KeyFields::blank(Scope::Web)),
            ["name", "project", "ui_domains"]
        );
        assert!(web().validate().is_ok());
    }

    #[test]
    fn what_of_an_analytics_key_cant_be_edited_is_refused_with_what_can() {
        let renamed = KeyEdit {
            name: Some("Other".into()),
            ..KeyEdit::default()
        };
        let refused = renamed.apply(Scope::Analytics, "Board", &Settings::default());
        let message = refused.unwrap_err().0.remove(0).message;
        assert_eq!(message, what_is_edited(Scope::Analytics));
        assert!(
            message.starts_with("Only the note, labels, expiry and networks of an Analytics key"),
            "{message}"
        );
    }

    #[test]
    fn domains_are_named_one_by_one() {
        let domains = ["https://a.example", "b.example", "https://A.example:443/"];
        let key = KeyFields {
            ui_domains: Some(domains.map(String::from).into()),
            ..web()
        };
        assert_eq!(fields_in_error(&key), ["ui_domains[1]", "ui_domains[2]"]);
        let many = (0..51).map(|n| format!("https://a{n}.example")).collect();
        assert_eq!(
            fields_in_error(&KeyFields {
                ui_domains: Some(many),
                ..web()
            }),
            ["ui_domains"]
        );
    }

    #[test]
    fn local_development_needs_its_origin() {
        let mut key = KeyFields {
            local_development: Some("203.0.113.7".into()),
            ..web()
        };
        assert_eq!(fields_in_error(&key), ["local_development"]);
        key.ui_domains = Some(vec!["http://localhost:8000/".into()]);
        assert!(key.validate().is_ok());
    }

    #[test]
    fn each_scope_has_its_own_fields() {
        let mobile = KeyFields {
            scope: Scope::Mobile,
            ui_domains: None,
            ..web()
        };
        assert!(mobile.validate().is_ok());
        let persistence = KeyField::CrossPagePersistence;
        let mut analytics = KeyFields {
            scope: Scope::Analytics,
            ..web()
        };
        analytics.set(persistence, FieldValue::Flag(true));
        assert_eq!(
            fields_in_error(&analytics),
            ["project", "ui_domains", persistence.wire_name()]
        );
        let refused = analytics.validate().expect_err("refused").0;
        let messages = refused.iter().skip(1).map(|error| error.message.as_str());
        assert_eq!(
            messages.collect::<Vec<_>>(),
            [
                "An Analytics key has no UI domains.",
                "An Analytics key has no cross-page persistence."
            ]
        );
        assert!(
            KeyFields {
                name: "Board".into(),
                ..KeyFields::blank(Scope::Analytics)
            }
            .validate()
            .is_ok()
        );
    }

    #[test]
    fn an_edit_changes_what_it_names() {
        let current = web().validate().expect("valid").settings;
        let mut edit = KeyEdit::default();
        edit.set(KeyField::CrossPagePersistence, FieldValue::Flag(true));
        let (name, settings) = edit.apply(Scope::Web, "Checkout", &current).expect("valid");
        assert_eq!(
            (name.as_str(), &settings.ui_domains),
            ("Checkout", &current.ui_domains)
        );
        assert_eq!(
            settings.value(KeyField::CrossPagePersistence),
            FieldValue::Flag(true)
        );
        let parsed: KeyEdit = serde_json::from_str(r#"{"local_development":null}"#).expect("valid");
        assert_eq!(parsed.local_development, Some(None));
        let renamed = KeyEdit {
            name: Some("Other".into()),
            ..KeyEdit::default()
        };
        assert!(renamed.apply(Scope::Analytics, "Board", &current).is_err());
    }
}
