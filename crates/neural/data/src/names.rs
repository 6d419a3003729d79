//! First names, and sentences around them that ask for a pronoun or for one of two names: prompts whose right answer is known
//! (after Wang et al. 2023, "Interpretability in the wild").

/// Women's first names, one token each in most vocabularies.
pub const WOMEN: [&str; 16] = [
    "Mary",
    "Sarah",
    "Emma",
    "Anna",
    "Alice",
    "Jane",
    "Laura",
    "Lisa",
    "Maria",
    "Elizabeth",
    "Susan",
    "Helen",
    "Margaret",
    "Rachel",
    "Julia",
    "Emily",
];

/// Men's first names, likewise.
pub const MEN: [&str; 16] = [
    "John", "David", "James", "Peter", "Robert", "Paul", "Thomas", "Mark", "Michael", "William", "George", "Henry",
    "Daniel", "Richard", "Charles", "Andrew",
];

/// What stands before and behind a name so that `she` or `he` comes next.
pub const PRONOUN_NEXT: [[&str; 2]; 6] = [
    ["Yesterday", " went home early because"],
    ["Yesterday", " was late for work because"],
    ["Yesterday", " bought a new coat because"],
    ["Yesterday", " called the doctor because"],
    ["Yesterday", " smiled at the children because"],
    ["Yesterday", " left the party when"],
];

/// What stands before, between and behind the names A, B and B so that A comes next.
pub const NAME_NEXT: [[&str; 4]; 4] = [
    ["Then", " and", " went to the store.", " gave a drink to"],
    ["Then", " and", " had lunch together.", " handed the book to"],
    ["Then", " and", " sat in the garden.", " gave a flower to"],
    ["Then", " and", " met at school.", " passed the ball to"],
];
