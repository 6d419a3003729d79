//! Files are written all or nothing: to a name beside the target, then renamed.

use std::io::Write;
use std::path::Path;

use crate::error::DrawError;

/// Writes a whole file. On failure an older file of that name is as it was, and nothing else is left behind.
pub(crate) fn whole(path: &Path, bytes: &[u8]) -> Result<(), DrawError> {
    let fail = |source| DrawError::Write { path: path.to_path_buf(), source };
    let Some(name) = path.file_name() else {
        return Err(fail(std::io::Error::new(std::io::ErrorKind::InvalidInput, "this is not the name of a file")));
    };
    let mut beside = name.to_os_string();
    // The process number keeps two programs that write the same report apart.
    beside.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(beside);
    let done = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    done.map_err(|source| {
        let _ = std::fs::remove_file(&beside);
        fail(source)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_nothing() {
        let folder = std::env::temp_dir().join(format!("symbolon-draw-write-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("a.html");
        whole(&file, b"one").unwrap();
        whole(&file, b"two").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"two");
        // A folder cannot be replaced by a file: the attempt leaves nothing.
        let inner = folder.join("inner");
        std::fs::create_dir_all(inner.join("full")).unwrap();
        let error = whole(&inner, b"three").unwrap_err();
        assert!(error.to_string().contains("inner: could not be written"), "{error}");
        assert!(whole(&folder.join("absent").join("b.html"), b"x").is_err());
        assert!(whole(Path::new("/"), b"x").is_err());
        let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
