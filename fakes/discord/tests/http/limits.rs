use serenity::all::{MessageId, ReactionType};

use super::Stage;

#[test]
fn the_limiter_of_serenity_keeps_within_what_the_headers_say() {
    let stage = Stage::new();
    let message = MessageId::new(stage.discord.person("alice").say("ops", "x").unwrap());
    stage.runtime.block_on(async {
        for sign in ["✅", "👀", "🙏"] {
            let sign = ReactionType::Unicode(sign.to_owned());
            stage.http.create_reaction(stage.channel("ops"), message, &sign).await.unwrap();
        }
    });
    assert_eq!(stage.statuses("PUT", "/@me"), [204, 204, 204]);
}
