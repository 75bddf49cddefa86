//! What may be asked over HTTP: one file a noun, each with its list of routes.
//!
//! A request that comes here is as the description says. What is left to decide is whether the bot may, and whether it
//! can be done.

mod applications;
mod attached;
mod channels;
mod commands;
mod events;
mod guild_channels;
mod guilds;
mod interactions;
mod members;
mod message_form;
mod messages;
mod overwrites;
mod pins;
mod reactions;
mod thread_members;
mod threads;
mod users;
mod webhooks;

use crate::call::Route;

/// Every route.
pub fn all() -> impl Iterator<Item = &'static Route> {
    let all: [&'static [Route]; 16] = [
        applications::ROUTES,
        channels::ROUTES,
        commands::ROUTES,
        events::ROUTES,
        guild_channels::ROUTES,
        guilds::ROUTES,
        interactions::ROUTES,
        members::ROUTES,
        messages::ROUTES,
        overwrites::ROUTES,
        pins::ROUTES,
        reactions::ROUTES,
        thread_members::ROUTES,
        threads::ROUTES,
        users::ROUTES,
        webhooks::ROUTES,
    ];
    all.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use crate::description::Operation;

    #[test]
    fn every_route_is_in_the_description() {
        for route in super::all() {
            let operation = Operation { method: route.method, path: route.path };
            assert!(operation.exists(), "{} {}", route.method, route.path);
        }
    }
}
