//! Items drawn by class: a board of a puzzle, a written number, any grid of symbols becomes a grid of pictures that show them.

use crate::draw::{epoch_rng, shuffle};
use crate::error::{Result, request};

/// Finds items for wanted classes: for the grid `[3, 1, 4]` an item that shows a 3, one that shows a 1, one that shows a 4.
///
/// ```
/// use symbolon_data::ByClass;
/// let labels = [0, 1, 2, 0, 1, 2];            // of all items
/// let train = ByClass::new(&labels, 0..3, 7)?; // draws from the first three only
/// let grids = train.epoch(0, &[vec![2, 0], vec![1]])?;
/// assert_eq!(grids, [vec![2, 0], vec![1]]);   // the only items of these classes
/// # Ok::<(), symbolon_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ByClass {
    classes: Vec<Vec<usize>>,
    seed: u64,
}

impl ByClass {
    /// A pool of items with the labels of all items.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when an item of the pool has no label.
    pub fn new(labels: &[usize], pool: impl IntoIterator<Item = usize>, seed: u64) -> Result<Self> {
        let mut classes = Vec::new();
        for item in pool {
            let Some(&label) = labels.get(item) else {
                let problem = format!("item {item} of the pool, there are {} labels", labels.len());
                return Err(request("items by class", problem, "give one label for each item"));
            };
            if classes.len() <= label {
                classes.resize(label + 1, Vec::new());
            }
            classes[label].push(item);
        }
        Ok(Self { classes, seed })
    }
    /// For each grid of classes a grid of items that show them, in each epoch others.
    ///
    /// In an epoch the items of a class are used in turn, in a random order: none is used a second time before all others
    /// of its class were used.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for the first cell whose class has no item.
    pub fn epoch(&self, epoch: u64, grids: &[Vec<usize>]) -> Result<Vec<Vec<usize>>> {
        let mut rng = epoch_rng(self.seed, epoch);
        let mut turns: Vec<(usize, Vec<usize>)> = self.classes.iter().map(|items| (0, items.clone())).collect();
        let mut draw = |class: usize| {
            let (at, items) = turns.get_mut(class).filter(|(_, items)| !items.is_empty())?;
            if at.is_multiple_of(items.len()) {
                shuffle(items, &mut rng);
            }
            *at += 1;
            Some(items[(*at - 1) % items.len()])
        };
        let mut out = Vec::with_capacity(grids.len());
        for (number, grid) in grids.iter().enumerate() {
            let items = grid.iter().enumerate().map(|(cell, &class)| {
                let problem = || format!("grid {number}, cell {cell}: no item of class {class} in the pool");
                draw(class).ok_or_else(|| request("items by class", problem(), "correct the grid or enlarge the pool"))
            });
            out.push(items.collect::<Result<Vec<usize>>>()?);
        }
        Ok(out)
    }
}
