//! Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): 70,000 grey pictures of clothes in ten classes. It does not ship with the
//! program; where it is installed it is found.

use crate::error::{Error, Result};
use crate::labelled::{Divided, Labelled};
use std::path::{Path, PathBuf};

/// Names of the classes, in the order of their labels.
pub const CLASSES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

const FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// Fashion-MNIST from a folder, or, without one, from the standard places: the folder named by the environment variable
/// `SYMBOLON_FASHION_MNIST`, the Debian package's, and the user's data folder.
///
/// The held-out set is the published test set: 60,000 and 10,000 pictures `[items, 1, 28, 28]`.
///
/// # Errors
/// [`Error::Missing`] with the folders that were searched and how to get the set; as [`Labelled::read_idx`] otherwise.
pub fn fashion(folder: Option<&Path>) -> Result<Divided> {
    let places = folder.map_or_else(standard, |f| vec![f.to_owned()]);
    let found = places.iter().find_map(|place| {
        let files: Vec<PathBuf> = FILES.iter().filter_map(|name| either(place, name)).collect();
        <[PathBuf; 4]>::try_from(files).ok()
    });
    let Some([a, b, c, d]) = found else {
        return Err(Error::Missing {
            what: "Fashion-MNIST",
            looked: places.iter().map(|p| p.display().to_string()).collect(),
            remedy: "install it with `apt install dataset-fashion-mnist`, or put the four files \
                     {train,t10k}-{images-idx3,labels-idx1}-ubyte.gz into one of these folders"
                .into(),
        });
    };
    Ok(Divided { train: Labelled::read_idx(a, b, &CLASSES)?, held_out: Labelled::read_idx(c, d, &CLASSES)? })
}

fn either(place: &Path, name: &str) -> Option<PathBuf> {
    [format!("{name}.gz"), name.to_owned()].iter().map(|n| place.join(n)).find(|p| p.is_file())
}

fn standard() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = std::env::var_os("SYMBOLON_FASHION_MNIST").map(PathBuf::from).into_iter().collect();
    places.push("/usr/share/datasets/fashion-mnist".into());
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|h| Path::new(&h).join(".local/share"));
    places.extend(data.or(home).map(|d| d.join("symbolon/fashion-mnist")));
    places
}
