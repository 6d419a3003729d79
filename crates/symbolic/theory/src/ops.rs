//! The operator table of the language: ISO Prolog plus ProbLog's `::`, `<-` and word operators. It is fixed: programs
//! cannot declare operators of their own. `..` is ours: `nn(net, [X], Y, [0..9])`.

/// How an operator binds arguments of its own priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixity {
    /// The left argument may have the operator's own priority (`yfx`).
    Left,
    /// The right (or only) argument may (`xfy`, `fy`).
    Right,
    /// Neither may (`xfx`, `fx`).
    None,
}

/// Priority (1 binds tightest, 1200 loosest) and fixity of an infix operator.
pub fn infix(name: &str) -> Option<(u32, Fixity)> {
    use Fixity::*;
    Some(match name {
        ":-" | "<-" | "-->" => (1200, None),
        ";" | "|" => (1100, Right),
        "->" | "*->" => (1050, Right),
        "," => (1000, Right),
        "::" => (1050, None),
        "=>" => (990, Right),
        "=" | "\\=" | "==" | "\\==" | "=@=" | "\\=@=" | "@<" | "@>" | "@=<" | "@>=" | "=.." | "is" | "=:=" | "=\\="
        | "<" | "=<" | ">" | ">=" | "as" | "~" => (700, None),
        ":" => (600, Right),
        ".." => (550, None),
        "+" | "-" | "/\\" | "\\/" | "xor" | "><" => (500, Left),
        "*" | "/" | "//" | "rdiv" | "<<" | ">>" | "mod" | "rem" | "div" => (400, Left),
        "**" => (200, None),
        "^" => (200, Right),
        _ => return Option::None,
    })
}

/// Priority and fixity of a prefix operator.
pub fn prefix(name: &str) -> Option<(u32, Fixity)> {
    use Fixity::*;
    Some(match name {
        ":-" | "?-" => (1200, None),
        "\\+" | "not" => (900, Right),
        "-" | "+" | "\\" => (200, Right),
        _ => return Option::None,
    })
}

/// Whether a name is an operator of any kind.
pub fn is_operator(name: &str) -> bool {
    infix(name).is_some() || prefix(name).is_some()
}
