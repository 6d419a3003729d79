//! Strokes made thin, thick or broken: what happened to a digit as a label of its own (in the manner of Morpho-MNIST).

use symbolon_tensor::{Rng, Tensor, Windows};

use crate::labelled::Labelled;

/// What was done to a stroke.
pub const MORPHS: [&str; 4] = ["plain", "thin", "thick", "broken"];

/// The pictures of a set (`[items, 1, height, width]`), a quarter of them in turn as they are, with strokes eroded, dilated, and broken in three
/// places; labelled with which, as in [`MORPHS`].
pub fn morphed(data: &Labelled, rng: &mut Rng) -> Labelled {
    let x = &data.images;
    let [height, width] = [x.size(2), x.size(3)];
    let thick = x.max_pool2d([3, 3], Windows::stride(1).padding(1));
    let thin =
        x.negative().max_pool2d([2, 2], Windows::stride(1)).negative().pad(&[(0, 0), (0, 0), (0, 1), (0, 1)], 0.0);
    let [mut plain, thin, thick] = [x, &thin, &thick].map(Tensor::to_vec::<f32>);
    let size = height * width;
    let mut labels = Vec::with_capacity(data.len());
    for item in 0..data.len() {
        let own = &mut plain[item * size..(item + 1) * size];
        match item % 4 {
            1 => own.copy_from_slice(&thin[item * size..(item + 1) * size]),
            2 => own.copy_from_slice(&thick[item * size..(item + 1) * size]),
            3 => {
                for _ in 0..3 {
                    let stroke: Vec<usize> = (0..size).filter(|&i| own[i] > 0.5).collect();
                    if stroke.is_empty() {
                        break;
                    }
                    let at = stroke[rng.below(stroke.len())];
                    let (row, column) = (at / width, at % width);
                    for r in row.saturating_sub(2)..(row + 2).min(height) {
                        (column.saturating_sub(2)..(column + 2).min(width)).for_each(|c| own[r * width + c] = 0.0);
                    }
                }
            }
            _ => {}
        }
        labels.push(item % 4);
    }
    let images = Tensor::new(plain, x.shape()).expect("as many as before");
    Labelled { images, labels, classes: MORPHS.map(str::to_owned).to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_become_what_the_label_says() {
        let digits = crate::mnist::digits().unwrap().train.subset(&(0..400).collect::<Vec<_>>());
        let out = morphed(&digits, &mut Rng::new(0));
        let ink = |data: &Labelled, class: usize| {
            let items: Vec<usize> = (0..data.len()).filter(|i| i % 4 == class).collect();
            data.pictures(&items).mean().item()
        };
        assert_eq!(ink(&out, 0), ink(&digits, 0));
        assert!(ink(&out, 1) < 0.8 * ink(&digits, 1));
        assert!(ink(&out, 2) > 1.3 * ink(&digits, 2));
        let broken = ink(&out, 3) / ink(&digits, 3);
        assert!(0.5 < broken && broken < 0.95, "{broken}");
    }
}
