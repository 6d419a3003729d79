//! What lowering knows by name: complements of comparisons, and what to use instead of what is not supported.

/// The builtin that holds exactly where this one does not.
pub(super) fn complement(name: &str, arity: u32) -> Option<&'static str> {
    if arity != 2 {
        return None;
    }
    Some(match name {
        "=" => "\\=",
        "==" => "\\==",
        "\\==" => "==",
        "<" => ">=",
        ">=" => "<",
        ">" => "=<",
        "=<" => ">",
        "=:=" => "=\\=",
        "=\\=" => "=:=",
        "@<" => "@>=",
        "@>=" => "@<",
        "@>" => "@=<",
        "@=<" => "@>",
        _ => return None,
    })
}

/// What to use instead of a predicate of Prolog or ProbLog that this language does not have.
pub(crate) fn unsupported(name: &str, arity: u32) -> Option<&'static str> {
    Some(match (name, arity) {
        ("!", 0) => "write the condition out: (If -> Then ; Else), or exclude the earlier cases with \\+",
        ("assert" | "asserta" | "assertz" | "retract" | "retractall" | "abolish", 1) => {
            "a theory does not change while it is asked; pass the state as an argument, or collect answers with findall/3"
        }
        ("nb_setval" | "b_setval" | "nb_getval" | "b_getval" | "set_state" | "recorda" | "recordz" | "recorded", _) => {
            "there are no global variables; pass the value as an argument"
        }
        ("read", 1 | 2) | ("see" | "tell" | "get_char" | "peek_char", 1) | ("open", 3 | 4) | ("seen" | "told", 0) => {
            "programs do not read input; load data with consult/1"
        }
        ("bagof" | "setof", 3) => "use findall/3, and sort/2 for a set",
        ("findall", 4) => "use findall/3 and append/3",
        ("aggregate_all", 4) => "collect distinct answers with findall/3 and sort/2, then use length/2 or sum_list/2",
        ("catch", 3) | ("throw", 1) => "errors stop the inference and are reported; test the condition before the call",
        ("clause", 2 | 3) | ("current_predicate", 1) | ("predicate_property", 2) => {
            "programs cannot inspect themselves"
        }
        ("subquery", 2 | 3 | 5) | ("subquery_in_scope", _) => {
            "ask for the inner probability first and write it as a fact"
        }
        ("op", 3) => "operators cannot be declared; write the term as name(Left, Right)",
        ("halt", 0 | 1) => "leave it out",
        ("dif", 2) => "use \\=/2 once both sides are bound",
        ("freeze" | "when", 2) => "put the goal behind the one that binds its variables",
        ("phrase", 2 | 3) | ("-->", 2) => "write the grammar rule as a rule over two list arguments",
        _ => return None,
    })
}
