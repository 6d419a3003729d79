//! Reading any text gives a theory or messages, and messages print.

#![no_main]

use libfuzzer_sys::fuzz_target;
use symbolon_theory::theory::Theory;

fuzz_target!(|text: &str| {
    match Theory::parse(text) {
        Ok(mut theory) => {
            let _ = theory.warnings().to_string();
            let _ = theory.parse_query(text);
        }
        Err(messages) => {
            assert!(messages.has_errors());
            let _ = messages.to_string();
        }
    }
});
