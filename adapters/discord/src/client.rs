//! Speaking to Discord over HTTP: one call, its deadline, and what became of it.
//!
//! serenity's limiter stays on: it knows Discord's buckets. Around it stands what it lacks:
//!
//! - **A deadline for every call**; the limiter sleeps for as long as it is told (`waits.rs`).
//! - **What is refused again and again isn't asked** (`circuit.rs`), and after a 401 nothing is asked at all.
//! - Another server instead of Discord stands behind Discord's own name, so that what is tested is what is used.
//! - A redirection is not followed: nobody but Discord gets the token.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use reqwest_0_12::{Certificate, StatusCode, redirect::Policy};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serenity::http::{Http, HttpBuilder, LightMethod, Ratelimiter, Request, Route};
use sitrep_core::port::ListenError;
use tokio::time::timeout;

use crate::{
    circuit::Circuit,
    failure::Failure,
    settings::ApiServer,
    upload::{SENDING, Upload},
    waits::{Subject, Waits, has_token_of_its_own, name_of, unless_limited},
};

/// How long an answer is waited for that changes nothing.
const READING: Duration = Duration::from_secs(10);
/// How long one is waited for that does. Longer: giving up leaves it in doubt.
const WRITING: Duration = Duration::from_secs(20);
/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);

/// How many of serenity's buckets are kept.
const BUCKETS: usize = 5_000;

/// One call.
pub(crate) struct Call<'a> {
    method: LightMethod,
    route: Route<'a>,
    params: Vec<(&'static str, String)>,
    body: Option<Value>,
    upload: Option<Upload>,
    needs: &'static str,
    deadline: Duration,
}

impl<'a> Call<'a> {
    fn new(method: LightMethod, route: Route<'a>, body: Option<Value>) -> Self {
        let deadline = if matches!(method, LightMethod::Get) { READING } else { WRITING };
        Self { method, route, params: Vec::new(), body, upload: None, needs: "", deadline }
    }

    /// Asks for something.
    pub(crate) fn get(route: Route<'a>) -> Self {
        Self::new(LightMethod::Get, route, None)
    }

    /// Makes something.
    pub(crate) fn post(route: Route<'a>, body: Value) -> Self {
        Self::new(LightMethod::Post, route, Some(body))
    }

    /// Changes something.
    pub(crate) fn patch(route: Route<'a>, body: Value) -> Self {
        Self::new(LightMethod::Patch, route, Some(body))
    }

    /// Sees to it that something is so.
    pub(crate) fn put(route: Route<'a>, body: Option<Value>) -> Self {
        Self::new(LightMethod::Put, route, body)
    }

    /// Takes something away.
    pub(crate) fn delete(route: Route<'a>) -> Self {
        Self::new(LightMethod::Delete, route, None)
    }

    /// Adds to the question. The value goes as it is into the address: digits and words.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }

    /// The permission that it takes, as Discord's settings name it.
    pub(crate) fn needs(mut self, permission: &'static str) -> Self {
        self.needs = permission;
        self
    }

    /// A file goes with it.
    pub(crate) fn attaching(mut self, upload: Option<&Upload>) -> Self {
        if let Some(upload) = upload {
            self.upload = Some(upload.clone());
            self.deadline = self.deadline.max(SENDING);
        }
        self
    }

    /// How long the answer is waited for.
    pub(crate) fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    fn subject(&self) -> Subject {
        (name_of(self.method), self.route.path().into_owned())
    }

    /// A token in the path is refused with a 401 of its own when its time is over.
    fn has_token_of_its_own(&self) -> bool {
        has_token_of_its_own(&self.route.path())
    }
}

/// The connection to Discord's interface.
pub(crate) struct Client {
    http: Arc<Http>,
    waits: Arc<Waits>,
    circuit: Circuit,
    is_logged_out: AtomicBool,
}

impl Client {
    /// Prepares the connection; asks nothing.
    pub(crate) fn new(token: &str, api: Option<&ApiServer>) -> Result<Self, ListenError> {
        let mut builder = reqwest_0_12::Client::builder()
            .use_rustls_tls()
            .https_only(true)
            .redirect(Policy::none())
            .connect_timeout(CONNECTING);
        if let Some(api) = api {
            builder = builder.no_proxy().resolve("discord.com", api.address);
            if let Some(pem) = &api.root_certificate {
                builder = builder.add_root_certificate(certificate(pem)?);
            }
        }
        let client = builder.build().map_err(|error| {
            ListenError::Fatal(format!("The connection to Discord can't be prepared: {error}."))
        })?;
        let waits = Arc::new(Waits::default());
        let mut limiter = Ratelimiter::new(client.clone(), format!("Bot {token}"));
        let noted = Arc::clone(&waits);
        limiter.set_ratelimit_callback(Box::new(move |info| noted.note(&info)));
        let http = HttpBuilder::new(token).client(client).ratelimiter(limiter).build();
        let is_logged_out = AtomicBool::new(false);
        Ok(Self { http: Arc::new(http), waits, circuit: Circuit::default(), is_logged_out })
    }

    /// serenity's own client, for the gateway.
    pub(crate) fn http(&self) -> Arc<Http> {
        Arc::clone(&self.http)
    }

    /// Whether Discord no longer accepts the token: only a person can help.
    pub(crate) fn is_logged_out(&self) -> bool {
        self.is_logged_out.load(Ordering::Relaxed)
    }

    /// What we may do has changed: what was refused is worth asking again.
    pub(crate) fn powers_changed(&self) {
        self.circuit.close();
    }

    /// Calls, and reads the answer.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Failure> {
        let is_reading = matches!(call.method, LightMethod::Get);
        let answer = self.send(call).await?;
        let read = serde_json::from_slice(&answer);
        read.map_err(|error| {
            // What was asked for is not in doubt, only what it says.
            let words = error.to_string();
            if is_reading { Failure::Unreached(words) } else { Failure::Garbled(words) }
        })
    }

    /// Calls, and gives back what came.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Vec<u8>, Failure> {
        if self.is_logged_out() {
            return Err(Failure::LoggedOut);
        }
        let wire = (name_of(call.method), call.route.ratelimiting_bucket());
        let (subject, now) = (call.subject(), Instant::now());
        self.waits.check(&subject, now)?;
        self.circuit.check(&wire, now)?;
        self.forget_buckets().await;
        let answer = self.within_deadline(call).await;
        self.circuit.note(wire, answer.as_ref().err(), Instant::now());
        answer
    }

    /// serenity remembers a bucket for each interaction that there ever was: those that are over are forgotten.
    async fn forget_buckets(&self) {
        let Some(limiter) = &self.http.ratelimiter else { return };
        let routes = limiter.routes();
        if routes.read().await.len() < BUCKETS {
            return;
        }
        let now = SystemTime::now();
        routes.write().await.retain(|_, bucket| {
            // One that is in use stays.
            bucket.try_lock().map_or(true, |bucket| bucket.reset().is_some_and(|reset| reset > now))
        });
    }

    async fn within_deadline(&self, call: Call<'_>) -> Result<Vec<u8>, Failure> {
        let (needs, deadline) = (call.needs, call.deadline);
        let is_reading = matches!(call.method, LightMethod::Get);
        let has_token_of_its_own = call.has_token_of_its_own();
        let params = Some(call.params).filter(|params| !params.is_empty());
        let request = Request::new(call.route, call.method).params(params);
        let request = match call.upload {
            Some(upload) => request.multipart(Some(upload.beside(call.body))),
            None => request.body(call.body.map(|body| body.to_string().into_bytes())),
        };
        let asking = async {
            let answer = self.http.request(request).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    let is_unauthorized = unauthorized(&error) && !has_token_of_its_own;
                    return Err(match is_unauthorized {
                        true => Failure::LoggedOut,
                        false => Failure::from_serenity(&error, needs),
                    });
                }
            };
            let body = answer.bytes().await;
            body.map(|body| body.to_vec()).map_err(|error| Failure::from_serenity(&error.into(), needs))
        };
        let answer = match timeout(deadline, unless_limited(asking)).await {
            Ok(met) => met.and_then(|answer| answer),
            Err(_) => Err(Failure::Lost("it took too long".to_owned())),
        };
        if answer == Err(Failure::LoggedOut) {
            self.is_logged_out.store(true, Ordering::Relaxed);
        }
        answer.map_err(|failure| if is_reading { failure.while_reading() } else { failure })
    }
}

fn unauthorized(error: &serenity::Error) -> bool {
    let serenity::Error::Http(error) = error else { return false };
    error.status_code() == Some(StatusCode::UNAUTHORIZED)
}

fn certificate(pem: &str) -> Result<Certificate, ListenError> {
    Certificate::from_pem(pem.as_bytes()).map_err(|error| {
        ListenError::Fatal(format!("The root certificate for Discord can't be read: {error}."))
    })
}

#[cfg(test)]
mod tests {
    use serenity::all::{ApplicationId, ChannelId};

    use super::*;

    #[test]
    fn tokens_of_interactions_are_told_apart() {
        let own =
            Route::WebhookOriginalInteractionResponse { application_id: ApplicationId::new(1), token: "x" };
        assert!(Call::get(own).has_token_of_its_own());
        let ours = Route::ChannelMessages { channel_id: ChannelId::new(1) };
        assert!(!Call::get(ours).has_token_of_its_own());
    }

    #[test]
    fn a_certificate_that_is_none_is_said() {
        let api = ApiServer {
            address: ([127, 0, 0, 1], 1).into(),
            root_certificate: Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----".to_owned()),
        };
        let Err(ListenError::Fatal(words)) = Client::new("token", Some(&api)) else {
            panic!("it was accepted")
        };
        assert!(words.starts_with("The "), "{words}");
    }
}
