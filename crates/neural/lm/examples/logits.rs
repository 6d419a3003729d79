//! Logits of a text, to compare with another implementation's: `logits MODEL TEXT OUT.npy` writes `[position, vocabulary]` and
//! prints the tokens, and what the model goes on with.

use symbolon_lm::{Error, Generation, LanguageModel, Local};
use symbolon_net::Trace;
use symbolon_tensor::{io::write_npy, no_grad};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [name, text, out] = &words[..] else {
        eprintln!("logits MODEL TEXT OUT.npy");
        return Ok(());
    };
    let model = Local::named(name)?;
    let prompt = text.as_str().into();
    let logits = no_grad(|| model.trace(&prompt, &mut Trace::none()))?;
    write_npy(out, &logits.get(0))?;
    println!("{:?}", model.tokens(&prompt)?);
    let done = model.complete(&prompt, &Generation { tokens: 20, ..Generation::default() }, &mut |_| true)?;
    println!("{:?}", done.tokens);
    println!("{:?}", done.text);
    Ok(())
}
