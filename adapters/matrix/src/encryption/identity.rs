//! The account's identity, and that it has signed our device.
//!
//! - An account without an identity gets one. Homeservers take the first without further proof; where they ask for
//!   it, it takes the password.
//! - Whoever has the identity's private keys signs. A new device gets them from secret storage, with the recovery key.
//! - **An identity that exists is never replaced**, for others may have verified it, unless nobody can have its keys
//!   any more: no secret storage, and no other device.
//!
//! What counts is what the homeserver shows to others: see [`shown`].

use matrix_sdk::{
    Client,
    ruma::{
        DeviceId, UserId,
        api::client::{
            keys::get_keys,
            uiaa::{AuthData, MatrixUserIdentifier, Password, UserIdentifier},
        },
        serde::Raw,
    },
};
use serde_json::Value;

use super::{
    recovery,
    trouble::{Trouble, of_recovery, of_storage},
};
use crate::{
    failure::Failure,
    settings::{MatrixAuth, MatrixSettings},
};

/// What the homeserver shows others of our account and of this device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The account has an identity.
    pub(crate) has_identity: bool,
    /// The device's own signing key, if the device is there.
    pub(crate) device_key: Option<String>,
    /// The identity has signed the device.
    pub(crate) is_signed: bool,
    /// How many other devices with keys the account has.
    pub(crate) others: usize,
}

/// Asks the homeserver what it shows of us.
pub(crate) async fn shown(client: &Client) -> Result<Shown, Failure> {
    let (Some(me), Some(device)) = (client.user_id(), client.device_id()) else {
        return Err(Failure::Broken("it has no session".to_owned()));
    };
    let mut request = get_keys::v3::Request::new();
    request.device_keys.insert(me.to_owned(), Vec::new());
    let answer = client.send(request).await.map_err(|error| Failure::from(error).while_reading())?;
    let devices = answer.device_keys.get(me);
    let ours = devices.and_then(|devices| devices.get(device)).and_then(value);
    let signing = answer.self_signing_keys.get(me).and_then(value);
    Ok(Shown {
        has_identity: answer.master_keys.contains_key(me),
        device_key: ours.as_ref().and_then(|ours| key_of(ours, device)),
        is_signed: ours.zip(signing).is_some_and(|(ours, signing)| is_signed(&ours, &signing, me)),
        others: devices.map_or(0, |devices| devices.keys().filter(|other| *other != device).count()),
    })
}

fn value<T>(raw: &Raw<T>) -> Option<Value> {
    raw.deserialize_as_unchecked().ok()
}

fn key_of(device_keys: &Value, device: &DeviceId) -> Option<String> {
    device_keys["keys"][format!("ed25519:{device}")].as_str().map(str::to_owned)
}

/// Whether one of the account's signing keys has put its name under the device. That the signature is right is for
/// those to check who don't trust the server; the SDK has.
fn is_signed(device_keys: &Value, signing: &Value, me: &UserId) -> bool {
    let signatures = &device_keys["signatures"][me.as_str()];
    signing["keys"].as_object().is_some_and(|keys| keys.keys().any(|key| signatures[key].is_string()))
}

/// Sees to it that the account has an identity and that it has signed this device.
pub(super) async fn establish(
    settings: &MatrixSettings,
    client: &Client,
    keys: &[String],
) -> Result<(), Trouble> {
    let (Some(me), Some(_)) = (client.user_id(), client.device_id()) else { return Ok(()) };
    let before = shown(client).await.map_err(Trouble::Passing)?;
    if !before.has_identity {
        bootstrap(settings, client).await?;
        return signed(client).await;
    }
    if before.is_signed && has_private_keys(client).await {
        return Ok(());
    }
    // Takes over what has changed elsewhere; private keys that no longer fit are forgotten.
    client.encryption().request_user_identity(me).await?;
    if has_private_keys(client).await {
        let device = client.encryption().get_own_device().await?;
        let device = device.ok_or_else(|| Trouble::waiting("the device is not known yet"))?;
        device.verify().await.map_err(|error| of_storage(error.into()))?;
    } else if client.encryption().secret_storage().is_enabled().await? {
        recovery::recover(settings, client, keys).await?;
    } else if before.others == 0 {
        begin_anew(settings, client).await?;
    } else {
        return Err(Trouble::Person(format!(
            "Another device has set up the identity of {}, and has no recovery key: sitrep's device can't be signed, \
             and clients warn of it or don't show what it says. Log in as that account with Element, set up recovery \
             in Settings, Encryption, and put the recovery key into `[matrix] recovery_key_file`.",
            settings.user
        )));
    }
    signed(client).await
}

async fn has_private_keys(client: &Client) -> bool {
    client.encryption().cross_signing_status().await.is_some_and(|status| status.is_complete())
}

/// Fails unless the homeserver shows the device signed.
async fn signed(client: &Client) -> Result<(), Trouble> {
    match shown(client).await.map_err(Trouble::Passing)?.is_signed {
        true => {
            tracing::info!("sitrep's Matrix device is signed by its account.");
            Ok(())
        }
        false => Err(Trouble::waiting("the homeserver does not show its device signed")),
    }
}

/// Gives the account an identity.
async fn bootstrap(settings: &MatrixSettings, client: &Client) -> Result<(), Trouble> {
    let encryption = client.encryption();
    let Err(error) = encryption.bootstrap_cross_signing(None).await else { return Ok(()) };
    let Some(asked) = error.as_uiaa_response() else { return Err(error.into()) };
    let proof = proof(settings, asked.session.clone())?;
    match encryption.bootstrap_cross_signing(Some(proof)).await {
        Err(error) if error.as_uiaa_response().is_some() => Err(not_proven(settings)),
        done => Ok(done?),
    }
}

/// Replaces an identity whose keys nobody has any more.
async fn begin_anew(settings: &MatrixSettings, client: &Client) -> Result<(), Trouble> {
    tracing::warn!(
        "Nobody has the keys to the identity of {} any more: sitrep gives it a new one. Whoever had verified it is \
         told so by their client.",
        settings.user
    );
    let Some(handle) = client.encryption().recovery().reset_identity().await.map_err(of_recovery)? else {
        return Ok(());
    };
    let proof = match handle.auth_type() {
        matrix_sdk::encryption::CrossSigningResetAuthType::Uiaa(asked) => {
            proof(settings, asked.session.clone())?
        }
        matrix_sdk::encryption::CrossSigningResetAuthType::OAuth(_) => return Err(not_proven(settings)),
    };
    handle.reset(Some(proof)).await.map_err(of_recovery)
}

fn proof(settings: &MatrixSettings, session: Option<String>) -> Result<AuthData, Trouble> {
    let MatrixAuth::Password(password) = &settings.auth else { return Err(not_proven(settings)) };
    let identifier = UserIdentifier::Matrix(MatrixUserIdentifier::new(settings.user.clone()));
    let mut proof = Password::new(identifier, password.clone());
    proof.session = session;
    Ok(AuthData::Password(proof))
}

fn not_proven(settings: &MatrixSettings) -> Trouble {
    let remedy = match settings.auth {
        MatrixAuth::Password(_) => "this homeserver does not take the password for that",
        MatrixAuth::AccessToken { .. } => "it asks for the password, and sitrep has an access token",
    };
    Trouble::Person(format!(
        "The homeserver does not let sitrep give {} an identity: {remedy}. Until it has one, clients warn of sitrep's \
         device or don't show what it says in encrypted rooms. Log in as that account with Element, which sets up \
         its identity and a recovery key, and put that key into `[matrix] recovery_key_file`.",
        settings.user
    ))
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::{device_id, user_id};
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_identitys_own_signature_counts() {
        let me = user_id!("@sitrep:example.org");
        let signing = json!({ "keys": { "ed25519:SELF": "SELF" } });
        let signed_by = |user: &str, key: &str| json!({ "keys": { "ed25519:DEV": "DEVKEY" }, "signatures": { user: { key: "x" } } });
        assert!(is_signed(&signed_by(me.as_str(), "ed25519:SELF"), &signing, me));
        assert!(!is_signed(&signed_by(me.as_str(), "ed25519:DEV"), &signing, me), "the device itself");
        assert!(!is_signed(&signed_by("@eve:example.org", "ed25519:SELF"), &signing, me));
        assert!(!is_signed(&signed_by(me.as_str(), "ed25519:SELF"), &json!({}), me));
        let device = signed_by(me.as_str(), "ed25519:DEV");
        assert_eq!(key_of(&device, device_id!("DEV")).as_deref(), Some("DEVKEY"));
        assert_eq!(key_of(&device, device_id!("OTHER")), None);
    }
}
