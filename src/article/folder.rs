//! Folders: their files in a fixed order.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::error::{Problem, ReadError};

/// How many folders deep files are looked for.
const MAX_DEPTH: usize = 32;

/// The files below a folder, depth first, each folder sorted by name.
///
/// Left out: hidden files and folders, graph directories, and links to folders, which could lead in a circle.
/// Memory: the names along one path of the tree.
pub(super) struct Walk {
    root: PathBuf,
    /// Still to visit, last first, each with its depth.
    pending: Vec<(PathBuf, usize)>,
    found: bool,
}

impl Walk {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { pending: vec![(root.clone(), 0)], root, found: false }
    }

    fn visit(&mut self, path: PathBuf, depth: usize) -> Result<Option<PathBuf>, Problem> {
        let is_root = depth == 0;
        let kind = if is_root { fs::metadata(&path) } else { fs::symlink_metadata(&path) }?;
        if kind.is_dir() {
            if is_graph(&path) {
                return if is_root { Err(Problem::IsGraph) } else { Ok(None) };
            }
            if depth >= MAX_DEPTH {
                return Err(Problem::TooDeep(MAX_DEPTH));
            }
            self.pending.extend(children(&path)?.into_iter().map(|child| (child, depth + 1)));
            return Ok(None);
        }
        if kind.is_symlink() {
            return match fs::metadata(&path) {
                Ok(target) if target.is_dir() => Ok(None),
                Ok(target) if target.is_file() => Ok(Some(path)),
                Ok(_) => Err(Problem::NotAFile),
                Err(_) => Err(Problem::DanglingLink),
            };
        }
        if kind.is_file() { Ok(Some(path)) } else { Err(Problem::NotAFile) }
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((path, depth)) = self.pending.pop() {
            let name = path.display().to_string();
            match self.visit(path, depth) {
                Ok(None) => {}
                Ok(Some(file)) => {
                    self.found = true;
                    return Some(Ok(file));
                }
                Err(problem) => {
                    self.found = true;
                    return Some(Err(ReadError::new(name, problem)));
                }
            }
        }
        if self.found {
            return None;
        }
        self.found = true;
        Some(Err(ReadError::new(self.root.display().to_string(), Problem::EmptyFolder)))
    }
}

/// What is in a folder but for hidden entries, last name first.
fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !name.as_encoded_bytes().starts_with(b".") {
            names.push(name);
        }
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

/// Whether the folder is a graph directory, whose records are not articles.
fn is_graph(folder: &Path) -> bool {
    folder.join("manifest.json").is_file() && folder.join("records").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(root: &Path) -> Vec<String> {
        Walk::new(root.to_owned())
            .map(|found| match found {
                Ok(path) => path.strip_prefix(root).unwrap().display().to_string(),
                Err(error) => format!("{}", error.problem),
            })
            .collect()
    }

    #[test]
    fn files_come_sorted_and_without_hidden_ones_and_graphs() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("b/c")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::create_dir_all(root.join("news.graph/records")).unwrap();
        for name in
            ["z.txt", "a.txt", "b/2.md", "b/c/1.txt", ".hidden", ".git/config", "news.graph/manifest.json"]
        {
            fs::write(root.join(name), "x").unwrap();
        }
        assert_eq!(walk(root), ["a.txt", "b/2.md", "b/c/1.txt", "z.txt"]);
        assert!(matches!(
            Walk::new(root.join("news.graph")).next(),
            Some(Err(ReadError { problem: Problem::IsGraph, .. }))
        ));
    }

    #[test]
    fn an_empty_folder_and_a_deep_one_are_told() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(walk(dir.path()), [Problem::EmptyFolder.to_string()]);
        let deep = dir.path().join("d/".repeat(MAX_DEPTH));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("a.txt"), "x").unwrap();
        assert_eq!(walk(dir.path()), [Problem::TooDeep(MAX_DEPTH).to_string()]);
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_are_followed_and_links_to_folders_are_not() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::write(root.join("a.txt"), "x").unwrap();
        symlink("a.txt", root.join("b.txt")).unwrap();
        symlink(".", root.join("circle")).unwrap();
        symlink("nowhere", root.join("d.txt")).unwrap();
        assert_eq!(walk(root), ["a.txt", "b.txt", &Problem::DanglingLink.to_string()]);
    }
}
