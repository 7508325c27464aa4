//! The graph directory: records as the source of truth, and what is derived from them.
//!
//! ```text
//! NAME.graph/
//!   manifest.json         what counts: segments with their hashes, base IRI, threshold, counts; swapped atomically
//!   records/*.jsonl.zst   records, never changed once written; the name is the SHA-256 of the file
//!   registry.ttl          the user's decisions on who is who
//!   graph.nt.zst          the merged graph, sorted; derived
//!   .lock                 held by the one process that writes
//! ```
//!
//! Every file is written beside its place, synced and renamed, and the manifest comes last: whatever interrupts a
//! build, the manifest on disk names only whole files. What it does not name does not count and may be overwritten.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::{self, File, TryLockError},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    frames::{FrameReader, FrameWriter},
    rdf::{self, BaseIri, BaseIriError},
    sparql::{QueryError, Store},
};
use crate::{
    graph::{Graph, MergeOptions, Precedence, newest},
    identity::{Registry, RegistryError, hex},
    ontology::Ontology,
    record::{Confidence, Line, MAX_LINE, Record, RecordError, read_lines, write_line},
};

/// Version of the directory's layout that this program reads and writes.
pub const FORMAT_VERSION: u32 = 1;
/// Bytes of JSON after which a segment is closed.
const SEGMENT: usize = 64 << 20;
/// Largest manifest or registry that is read, in bytes.
const MAX_SMALL_FILE: u64 = 64 << 20;

const MANIFEST: &str = "manifest.json";
const RECORDS: &str = "records";
const REGISTRY: &str = "registry.ttl";
const GRAPH: &str = "graph.nt.zst";
const LOCK: &str = ".lock";

/// What `manifest.json` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the layout.
    pub format: u32,
    /// IRI below which everything in the graph has its own.
    pub base_iri: String,
    /// Confidence from which a statement also stands as a direct triple.
    pub threshold: Confidence,
    /// Language model of the records added last.
    pub model: Option<String>,
    /// Hash of the vocabulary of the records added last.
    pub ontology: Option<String>,
    /// The segments in the order in which they were added.
    pub segments: Vec<Segment>,
    /// Articles taken out again.
    pub removed: Vec<Removed>,
    /// Size of the graph when it was last merged.
    pub counts: Option<Counts>,
    /// The merged graph.
    pub graph: Option<Derived>,
}

/// One file of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// SHA-256 of the file, which is also its name.
    pub sha256: String,
    /// Number of records.
    pub records: u64,
    /// Bytes before compression.
    pub bytes: u64,
}

/// An article that was taken out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Removed {
    /// Its records in the first so many segments no longer count.
    pub segments: usize,
    /// Its id.
    pub article: String,
}

/// A file that can be made again from the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Hash of all that it was made from.
    pub from: String,
}

/// Size of a merged graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Articles that count.
    pub articles: u64,
    /// Entities.
    pub entities: u64,
    /// Statements.
    pub statements: u64,
    /// Sentences behind them.
    pub evidence: u64,
    /// Triples, without those of the vocabulary.
    pub triples: u64,
}

/// How a directory is made; what is left out keeps its value, or the default in a new one.
#[derive(Debug, Clone, Default)]
pub struct DirOptions {
    /// Base IRI; fixed once the directory exists.
    pub base_iri: Option<BaseIri>,
    /// Threshold of direct triples.
    pub threshold: Option<Confidence>,
}

/// What adding records did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddSummary {
    /// New articles.
    pub added: u64,
    /// Articles that were there already, in these words.
    pub unchanged: u64,
    /// Articles that took the place of an earlier version (same address) or an earlier reading of the same words.
    pub replaced: u64,
    /// Articles older than the version that is there; kept, but without effect.
    pub outdated: u64,
}

/// Why a graph directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such directory.
    #[error("there is no graph in {}; make one with newsgraph build, or pass --graph DIR", .0.display())]
    Missing(PathBuf),
    /// A directory with other things in it.
    #[error("{} is not a graph directory: it has files but no {MANIFEST}; pass --graph a new or empty folder", .0.display())]
    NotGraph(PathBuf),
    /// Another process writes.
    #[error("another newsgraph is writing to {}; wait for it to end", .0.display())]
    Locked(PathBuf),
    /// Opened for reading only.
    #[error("{} is open for reading only", .0.display())]
    ReadOnly(PathBuf),
    /// The system refuses.
    #[error("cannot {action} {}: {error}; the graph is as it was before", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A newer layout.
    #[error("{} has format {found}, this newsgraph reads {FORMAT_VERSION}; use a newer newsgraph", path.display())]
    Format {
        /// The manifest.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Not what was written.
    #[error("{} is damaged: {what}; put back a copy of the file, or take its entry out of {MANIFEST} and build its articles again: all other files are whole", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Another base IRI.
    #[error("{} was made with --base-iri {present}; leave the option out or build a new graph", path.display())]
    Base {
        /// The directory.
        path: PathBuf,
        /// Its base IRI.
        present: String,
    },
    /// No usable base IRI in the manifest.
    #[error("{}: {error}", path.display())]
    BadBase {
        /// The manifest.
        path: PathBuf,
        /// What is wrong.
        error: BaseIriError,
    },
    /// The user's registry is not understood.
    #[error("{}: {error}", path.display())]
    Registry {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: RegistryError,
    },
    /// A record that cannot be added.
    #[error("the record of {article} cannot be added: {error}; extract the article again")]
    Record {
        /// Source of the article.
        article: String,
        /// What is wrong.
        error: RecordError,
    },
    /// A record too large to be read again.
    #[error("the record of {0} is longer than {MAX_LINE} bytes; split the article")]
    TooLong(String),
    /// The triples cannot be loaded.
    #[error(transparent)]
    Load(#[from] QueryError),
}

/// A graph directory, open for reading or, with its lock held, for writing.
///
/// ```
/// use newsgraph::{ontology::Ontology, store::{DirOptions, GraphDir}};
/// let folder = tempfile::tempdir()?;
/// let mut dir = GraphDir::create_or_open(folder.path().join("news.graph"), &DirOptions::default())?;
/// assert_eq!(dir.add(Vec::new())?.added, 0);
/// assert_eq!(dir.index(&Ontology::builtin())?.statements, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GraphDir {
    path: PathBuf,
    manifest: Manifest,
    base: BaseIri,
    lock: Option<File>,
    /// Made when first needed: reading every record costs time.
    catalog: Option<Catalog>,
}

impl GraphDir {
    /// Opens an existing directory for reading. What another process adds meanwhile is not seen.
    ///
    /// # Errors
    /// If there is none or its manifest cannot be read.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        match read_manifest(&path)? {
            Some((manifest, base)) => Ok(Self { path, manifest, base, lock: None, catalog: None }),
            None => Err(StoreError::Missing(path)),
        }
    }

    /// Opens a directory for writing and makes it if need be. Only one process at a time can have it open so; left-over
    /// temporary files of one that was killed are removed.
    ///
    /// # Errors
    /// If another process writes to it, it is something else, or it cannot be written.
    pub fn create_or_open(path: impl Into<PathBuf>, options: &DirOptions) -> Result<Self, StoreError> {
        let path = path.into();
        if !path.join(MANIFEST).exists() && has_foreign_files(&path)? {
            return Err(StoreError::NotGraph(path));
        }
        let records = path.join(RECORDS);
        fs::create_dir_all(&records).map_err(io_error("make", &records))?;
        let lock = lock(&path)?;
        for folder in [&path, &records] {
            remove_temporary(folder)?;
        }
        let (manifest, base) = if let Some((mut manifest, base)) = read_manifest(&path)? {
            if options.base_iri.as_ref().is_some_and(|wanted| *wanted != base) {
                return Err(StoreError::Base { path, present: manifest.base_iri });
            }
            manifest.threshold = options.threshold.unwrap_or(manifest.threshold);
            (manifest, base)
        } else {
            let base = options.base_iri.clone().unwrap_or_default();
            let manifest = Manifest {
                format: FORMAT_VERSION,
                base_iri: base.to_string(),
                threshold: options.threshold.unwrap_or(MergeOptions::default().threshold),
                model: None,
                ontology: None,
                segments: Vec::new(),
                removed: Vec::new(),
                counts: None,
                graph: None,
            };
            (manifest, base)
        };
        let dir = Self { path, manifest, base, lock: Some(lock), catalog: None };
        let registry = dir.path.join(REGISTRY);
        if !registry.exists() {
            write_file(&registry, |file| file.write_all(Registry::template(dir.base.as_str()).as_bytes()))?;
        }
        if !dir.path.join(MANIFEST).exists() {
            dir.write_manifest(&dir.manifest)?;
        }
        Ok(dir)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its manifest says.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its base IRI.
    #[must_use]
    pub fn base_iri(&self) -> &BaseIri {
        &self.base
    }

    /// Whether it has the article in these words, read by this model with this vocabulary: nothing is left to extract.
    ///
    /// The first call reads all records.
    ///
    /// # Errors
    /// If a segment cannot be read.
    pub fn holds(&mut self, article: &str, model: &str, ontology: &str) -> Result<bool, StoreError> {
        let entry = self.catalog()?.entries.get(article);
        Ok(entry.is_some_and(|entry| entry.model == model && entry.ontology == ontology))
    }

    /// Adds records as one or more new segments. Adding the same article again adds nothing.
    ///
    /// Of two texts with one address the one published later counts; published on the same day (or both undated), the
    /// one added later. The records are on disk when this returns; [`GraphDir::index`] merges them.
    ///
    /// # Errors
    /// If a record contradicts itself, or the directory cannot be read or written; it is then as it was before.
    pub fn add(&mut self, records: impl IntoIterator<Item = Record>) -> Result<AddSummary, StoreError> {
        if self.lock.is_none() {
            return Err(StoreError::ReadOnly(self.path.clone()));
        }
        let mut summary = AddSummary::default();
        let mut given = 0;
        let mut checked = Vec::new();
        for record in records {
            given += 1;
            match record.validate() {
                Ok(()) => checked.push(record),
                Err(error) => return Err(StoreError::Record { article: record.article.source, error }),
            }
        }
        let batch = newest(checked);
        summary.unchanged = given - batch.len() as u64;
        let catalog = self.catalog()?;
        let mut fresh = Vec::new();
        for record in batch {
            match catalog.judge(&record) {
                Verdict::Known => {
                    summary.unchanged += 1;
                    continue;
                }
                Verdict::New => summary.added += 1,
                Verdict::Replaces => summary.replaced += 1,
                Verdict::Outdated => summary.outdated += 1,
            }
            fresh.push(record);
        }
        if fresh.is_empty() {
            return Ok(summary);
        }

        let mut manifest = self.manifest.clone();
        let mut placed = Vec::with_capacity(fresh.len());
        let mut lines: Vec<u8> = Vec::new();
        let mut count = 0;
        for record in fresh {
            let before = lines.len();
            manifest.model = Some(record.model.clone());
            manifest.ontology = Some(record.ontology.clone());
            placed.push(Entry::new(&record, manifest.segments.len(), count));
            let source = record.article.source.clone();
            write_line(&Line::Record(Box::new(record)), &mut lines).map_err(io_error("write", &self.path))?;
            if lines.len() - before > MAX_LINE {
                return Err(StoreError::TooLong(source));
            }
            count += 1;
            if lines.len() >= SEGMENT {
                manifest.segments.push(self.write_segment(&lines, count)?);
                lines.clear();
                count = 0;
            }
        }
        if count > 0 {
            manifest.segments.push(self.write_segment(&lines, count)?);
        }
        self.write_manifest(&manifest)?;
        self.manifest = manifest;
        if let Some(catalog) = &mut self.catalog {
            for (id, entry) in placed {
                catalog.put(id, entry);
            }
        }
        Ok(summary)
    }

    /// Takes articles out by id, with all that only they support, and returns how many there were. They can be added
    /// again later.
    ///
    /// # Errors
    /// If the directory cannot be read or written; it is then as it was before.
    pub fn remove<'a>(&mut self, articles: impl IntoIterator<Item = &'a str>) -> Result<u64, StoreError> {
        if self.lock.is_none() {
            return Err(StoreError::ReadOnly(self.path.clone()));
        }
        let segments = self.manifest.segments.len();
        let catalog = self.catalog()?;
        let found: BTreeSet<&str> =
            articles.into_iter().filter(|id| catalog.entries.contains_key(*id)).collect();
        if found.is_empty() {
            return Ok(0);
        }
        let mut manifest = self.manifest.clone();
        manifest.removed.extend(found.iter().map(|id| Removed { segments, article: (*id).to_owned() }));
        manifest.removed.sort();
        self.write_manifest(&manifest)?;
        self.manifest = manifest;
        self.catalog = None;
        Ok(found.len() as u64)
    }

    /// The records that count, each article once, in order of segments. Reads twice: first to see which count.
    ///
    /// Memory: one segment and some hundred bytes for each article.
    ///
    /// # Errors
    /// If a segment is missing or damaged.
    pub fn records(&self) -> Result<impl Iterator<Item = Result<Record, StoreError>> + use<'_>, StoreError> {
        let counted = match &self.catalog {
            Some(catalog) => catalog.live(),
            None => self.read_catalog()?.live(),
        };
        let all = (0..self.manifest.segments.len()).flat_map(|segment| self.read_segment(segment));
        Ok(all.filter_map(move |item| match item {
            Ok((segment, line, record)) => counted.contains(&(segment, line)).then_some(Ok(record)),
            Err(error) => Some(Err(error)),
        }))
    }

    /// The user's decisions on who is who.
    ///
    /// # Errors
    /// If `registry.ttl` cannot be read or is not understood.
    pub fn registry(&self) -> Result<Registry, StoreError> {
        let path = self.path.join(REGISTRY);
        let text = self.registry_text()?;
        Registry::parse(&text, self.base.as_str()).map_err(|error| StoreError::Registry { path, error })
    }

    fn registry_text(&self) -> Result<String, StoreError> {
        let path = self.path.join(REGISTRY);
        match read_small(&path) {
            Err(StoreError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            result => result,
        }
    }

    /// Merges the records into the graph.
    ///
    /// # Errors
    /// If the records or the registry cannot be read.
    pub fn graph(&self, ontology: &Ontology) -> Result<Graph, StoreError> {
        let options = MergeOptions { threshold: self.manifest.threshold, registry: self.registry()? };
        let records = self.records()?.collect::<Result<Vec<_>, _>>()?;
        Ok(Graph::from_records(records, ontology, &options))
    }

    /// Merges the records, writes `graph.nt.zst` and notes its size in the manifest. Does nothing if neither records
    /// nor registry, vocabulary, base IRI or threshold have changed since.
    ///
    /// # Errors
    /// If the directory cannot be read or written; the records are safe in any case.
    pub fn index(&mut self, ontology: &Ontology) -> Result<Counts, StoreError> {
        if let (Some(counts), true) = (self.manifest.counts, self.is_fresh(ontology)?) {
            return Ok(counts);
        }
        let graph = self.graph(ontology)?;
        self.index_graph(&graph, ontology)
    }

    /// Like [`GraphDir::index`] with a graph that [`GraphDir::graph`] has just made.
    ///
    /// # Errors
    /// If the directory cannot be written; the records are safe in any case.
    pub fn index_graph(&mut self, graph: &Graph, ontology: &Ontology) -> Result<Counts, StoreError> {
        if self.lock.is_none() {
            return Err(StoreError::ReadOnly(self.path.clone()));
        }
        let mut counts = Counts {
            articles: graph.articles.len() as u64,
            entities: graph.entities.len() as u64,
            statements: graph.statements.len() as u64,
            evidence: graph.statements.iter().map(|statement| statement.evidence.len() as u64).sum(),
            triples: 0,
        };
        let path = self.path.join(GRAPH);
        let mut sha256 = String::new();
        write_file(&path, |file| {
            let mut hasher = Hashing { output: BufWriter::new(file), hasher: Sha256::new() };
            let mut frames = FrameWriter::new(&mut hasher);
            counts.triples = rdf::write_ntriples(rdf::triples(graph, ontology, &self.base), &mut frames)?;
            frames.finish()?;
            hasher.output.flush()?;
            sha256 = hex(&hasher.hasher.finalize());
            Ok(())
        })?;
        let mut manifest = self.manifest.clone();
        manifest.counts = Some(counts);
        manifest.graph = Some(Derived { sha256, from: self.graph_key(ontology)? });
        self.write_manifest(&manifest)?;
        self.manifest = manifest;
        Ok(counts)
    }

    /// The graph ready for SPARQL: from `graph.nt.zst` if it is up to date and whole, else merged anew from the records.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn store(&self, ontology: &Ontology) -> Result<Store, StoreError> {
        if !self.is_fresh(ontology)? {
            return Ok(Store::from_graph(&self.graph(ontology)?, ontology, &self.base)?);
        }
        let path = self.path.join(GRAPH);
        let file = File::open(&path).map_err(io_error("open", &path))?;
        Ok(Store::from_ntriples(FrameReader::new(BufReader::new(file)), ontology, &self.base)?)
    }

    /// Whether `graph.nt.zst` is what would be made now.
    fn is_fresh(&self, ontology: &Ontology) -> Result<bool, StoreError> {
        let Some(derived) = &self.manifest.graph else { return Ok(false) };
        Ok(derived.from == self.graph_key(ontology)?
            && hash_file(&self.path.join(GRAPH)).is_ok_and(|hash| hash == derived.sha256))
    }

    /// Hash of all that the graph is made from.
    fn graph_key(&self, ontology: &Ontology) -> Result<String, StoreError> {
        let manifest = &self.manifest;
        let mut parts = vec![
            manifest.format.to_string(),
            env!("CARGO_PKG_VERSION").to_owned(),
            manifest.base_iri.clone(),
            manifest.threshold.to_string(),
            ontology.hash().to_owned(),
            self.registry_text()?,
        ];
        parts.extend(manifest.segments.iter().map(|segment| segment.sha256.clone()));
        parts.extend(
            manifest.removed.iter().map(|removed| format!("{} {}", removed.segments, removed.article)),
        );
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Ok(hex(&hasher.finalize()))
    }

    fn catalog(&mut self) -> Result<&Catalog, StoreError> {
        if self.catalog.is_none() {
            self.catalog = Some(self.read_catalog()?);
        }
        Ok(self.catalog.get_or_insert_default())
    }

    fn read_catalog(&self) -> Result<Catalog, StoreError> {
        let mut catalog = Catalog::default();
        for segment in 0..=self.manifest.segments.len() {
            for removed in self.manifest.removed.iter().filter(|removed| removed.segments == segment) {
                catalog.take_out(&removed.article);
            }
            if segment < self.manifest.segments.len() {
                for item in self.read_segment(segment) {
                    let (segment, line, record) = item?;
                    let (id, entry) = Entry::new(&record, segment, line);
                    catalog.put(id, entry);
                }
            }
        }
        Ok(catalog)
    }

    fn segment_path(&self, sha256: &str) -> PathBuf {
        self.path.join(RECORDS).join(format!("{sha256}.jsonl.zst"))
    }

    /// Compresses and writes one segment; one that is there already, left by a killed build, is written again.
    fn write_segment(&self, lines: &[u8], records: u64) -> Result<Segment, StoreError> {
        let mut frames = FrameWriter::new(Vec::new());
        let packed = frames.write_all(lines).and_then(|()| frames.finish());
        let packed = packed.map_err(io_error("compress records for", &self.path))?;
        let sha256 = hex(&Sha256::digest(&packed));
        write_file(&self.segment_path(&sha256), |file| file.write_all(&packed))?;
        Ok(Segment { sha256, records, bytes: lines.len() as u64 })
    }

    /// The records of one segment with their places, after its hash has been checked.
    fn read_segment(
        &self,
        at: usize,
    ) -> Box<dyn Iterator<Item = Result<(usize, u64, Record), StoreError>> + '_> {
        let segment = &self.manifest.segments[at];
        let path = self.segment_path(&segment.sha256);
        let damaged = {
            let path = path.clone();
            move |what: String| StoreError::Damaged { path: path.clone(), what }
        };
        // A segment is closed after 64 MiB of JSON, so that it fits in memory.
        let packed = match fs::read(&path) {
            Ok(packed) => packed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Box::new(std::iter::once(Err(damaged("the file is missing".to_owned()))));
            }
            Err(error) => return Box::new(std::iter::once(Err(io_error("read", &path)(error)))),
        };
        let found = hex(&Sha256::digest(&packed));
        if found != segment.sha256 {
            let what = format!("its hash is {found}, not the one in its name");
            return Box::new(std::iter::once(Err(damaged(what))));
        }
        let lines = read_lines(FrameReader::new(io::Cursor::new(packed)).take(segment.bytes));
        Box::new((0..).zip(lines).map(move |(line, item)| match item {
            Ok(Line::Record(record)) => Ok((at, line, *record)),
            Ok(Line::Error(_)) => Err(damaged(format!("line {} is no record", line + 1))),
            Err(error) => Err(damaged(error.to_string())),
        }))
    }

    fn write_manifest(&self, manifest: &Manifest) -> Result<(), StoreError> {
        write_file(&self.path.join(MANIFEST), |file| {
            let mut text = serde_json::to_vec_pretty(manifest)?;
            text.push(b'\n');
            file.write_all(&text)
        })
    }
}

/// Which record of which article counts.
#[derive(Debug, Default)]
struct Catalog {
    /// By article id.
    entries: BTreeMap<String, Entry>,
    /// Ids of the articles with an address.
    urls: HashMap<String, BTreeSet<String>>,
}

#[derive(Debug)]
struct Entry {
    precedence: Precedence,
    published: Option<Date>,
    url: Option<String>,
    model: String,
    ontology: String,
    segment: usize,
    line: u64,
}

impl Entry {
    fn new(record: &Record, segment: usize, line: u64) -> (String, Self) {
        let article = &record.article;
        let entry = Self {
            precedence: Precedence::of(record),
            published: article.published,
            url: article.url.clone(),
            model: record.model.clone(),
            ontology: record.ontology.clone(),
            segment,
            line,
        };
        (article.id.clone(), entry)
    }
}

/// What a record would do to a catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Known,
    New,
    Replaces,
    Outdated,
}

impl Catalog {
    fn judge(&self, record: &Record) -> Verdict {
        if let Some(present) = self.entries.get(&record.article.id) {
            let new = Precedence::of(record);
            let counts = new.content != present.precedence.content && present.precedence.yields_to(&new);
            return if counts { Verdict::Replaces } else { Verdict::Known };
        }
        match record.article.url.as_ref().and_then(|url| self.newest_at(url)) {
            None => Verdict::New,
            Some((_, present)) if record.article.published >= present.published => Verdict::Replaces,
            Some(_) => Verdict::Outdated,
        }
    }

    fn put(&mut self, id: String, entry: Entry) {
        if let Some(present) = self.entries.get(&id) {
            if !present.precedence.yields_to(&entry.precedence) {
                return;
            }
            self.take_out(&id);
        }
        if let Some(url) = &entry.url {
            self.urls.entry(url.clone()).or_default().insert(id.clone());
        }
        self.entries.insert(id, entry);
    }

    fn take_out(&mut self, id: &str) {
        if let Some(ids) = self.entries.remove(id).and_then(|entry| self.urls.get_mut(&entry.url?)) {
            ids.remove(id);
        }
    }

    /// The version that counts at an address.
    fn newest_at(&self, url: &str) -> Option<(&str, &Entry)> {
        let versions = self.urls.get(url)?.iter().filter_map(|id| Some((id.as_str(), self.entries.get(id)?)));
        versions.max_by_key(|(id, entry)| (entry.published, entry.segment, *id))
    }

    /// Segments and lines of the records that count.
    fn live(&self) -> BTreeSet<(usize, u64)> {
        let counts = |id: &str, entry: &Entry| match &entry.url {
            Some(url) => self.newest_at(url).is_none_or(|(newest, _)| newest == id),
            None => true,
        };
        let live = self.entries.iter().filter(|(id, entry)| counts(id, entry));
        live.map(|(_, entry)| (entry.segment, entry.line)).collect()
    }
}

/// Passes bytes on and hashes them.
struct Hashing<W> {
    output: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.output.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |error| StoreError::Io { action, path, error }
}

fn read_manifest(folder: &Path) -> Result<Option<(Manifest, BaseIri)>, StoreError> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let path = folder.join(MANIFEST);
    let text = match read_small(&path) {
        Err(StoreError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        result => result?,
    };
    let damaged =
        |error: serde_json::Error| StoreError::Damaged { path: path.clone(), what: error.to_string() };
    let version: Version = serde_json::from_str(&text).map_err(damaged)?;
    if version.format != FORMAT_VERSION {
        return Err(StoreError::Format { path, found: version.format });
    }
    let manifest: Manifest = serde_json::from_str(&text).map_err(damaged)?;
    let name = |sha256: &str| sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(segment) = manifest.segments.iter().find(|segment| !name(&segment.sha256)) {
        return Err(StoreError::Damaged { path, what: format!("{:?} is no SHA-256", segment.sha256) });
    }
    match BaseIri::parse(&manifest.base_iri) {
        Ok(base) => Ok(Some((manifest, base))),
        Err(error) => Err(StoreError::BadBase { path, error }),
    }
}

fn read_small(path: &Path) -> Result<String, StoreError> {
    let file = File::open(path).map_err(io_error("open", path))?;
    let mut text = String::new();
    file.take(MAX_SMALL_FILE + 1).read_to_string(&mut text).map_err(io_error("read", path))?;
    if text.len() as u64 > MAX_SMALL_FILE {
        return Err(StoreError::Damaged {
            path: path.to_owned(),
            what: format!("longer than {MAX_SMALL_FILE} bytes"),
        });
    }
    Ok(text)
}

fn hash_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hashing = Hashing { output: io::sink(), hasher: Sha256::new() };
    io::copy(&mut file, &mut hashing)?;
    Ok(hex(&hashing.hasher.finalize()))
}

/// Writes a file beside its place, syncs it and renames it: readers see the old file or the new one, whole.
fn write_file(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), StoreError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    let result = File::create(&temporary)
        .and_then(|mut file| {
            write(&mut file)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| sync_folder(path));
    if result.is_err() {
        // What is left of it is also removed by the next process that writes.
        let _ = fs::remove_file(&temporary);
    }
    result.map_err(io_error("write", path))
}

/// Makes a rename last through a power cut, where folders can be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix)
        && let Some(folder) = path.parent()
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(io_error("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(io_error("lock", &path)(error)),
    }
}

fn names_in(folder: &Path) -> Result<Vec<String>, StoreError> {
    let failed = || io_error("list", folder);
    let mut names = Vec::new();
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                names.push(entry.map_err(failed())?.file_name().to_string_lossy().into_owned());
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed()(error)),
    }
    Ok(names)
}

/// Whether a folder holds anything that a graph directory does not.
fn has_foreign_files(folder: &Path) -> Result<bool, StoreError> {
    let own = |name: &str| [RECORDS, REGISTRY, GRAPH, LOCK].contains(&name) || is_temporary(name);
    Ok(names_in(folder)?.iter().any(|name| !own(name)))
}

fn is_temporary(name: &str) -> bool {
    name.strip_suffix(".tmp")
        .is_some_and(|name| [MANIFEST, REGISTRY, GRAPH].contains(&name) || name.ends_with(".jsonl.zst"))
}

fn remove_temporary(folder: &Path) -> Result<(), StoreError> {
    for name in names_in(folder)?.iter().filter(|name| is_temporary(name)) {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(io_error("remove", &path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::fixture::{Draft, any_records, ontology, world};
    use crate::ontology::Class::{Company, Person};
    use proptest::prelude::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("news.graph")
        }

        fn dir(&self) -> GraphDir {
            GraphDir::create_or_open(self.path(), &DirOptions::default()).unwrap()
        }

        fn triples(&self) -> Vec<u8> {
            let mut text = Vec::new();
            let file = fs::read(self.path().join(GRAPH)).unwrap();
            FrameReader::new(&file[..]).read_to_end(&mut text).unwrap();
            text
        }

        fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
            let mut files = BTreeMap::new();
            for folder in [self.path(), self.path().join(RECORDS)] {
                for name in names_in(&folder).unwrap() {
                    if let Ok(bytes) = fs::read(folder.join(&name)) {
                        files.insert(folder.strip_prefix(self.path()).unwrap().join(name), bytes);
                    }
                }
            }
            files
        }
    }

    fn built(steps: &[Vec<Record>]) -> Folder {
        let folder = Folder::new();
        for step in steps {
            let mut dir = folder.dir();
            dir.add(step.clone()).unwrap();
            dir.index(ontology()).unwrap();
        }
        folder
    }

    #[test]
    fn building_twice_gives_the_same_bytes_and_adds_nothing() {
        let folder = built(&[world()]);
        let before = folder.files();
        assert_eq!(before, built(&[world()]).files());
        let mut dir = folder.dir();
        assert_eq!(dir.add(world()).unwrap(), AddSummary { unchanged: 3, ..AddSummary::default() });
        dir.index(ontology()).unwrap();
        drop(dir);
        assert_eq!(before, folder.files());
    }

    #[test]
    fn one_step_or_many_give_one_graph() {
        let steps: Vec<Vec<Record>> = world().into_iter().rev().map(|record| vec![record]).collect();
        assert_eq!(built(&[world()]).triples(), built(&steps).triples());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_split_gives_one_graph(records in any_records(), cut in 0..8_usize) {
            // Two readings of one text with the same headings, or two texts of one address and day, are taken in the
            // order in which they are added: nothing else depends on it.
            let mut seen = BTreeSet::new();
            let records: Vec<Record> = records
                .into_iter()
                .filter(|record| {
                    let article = &record.article;
                    seen.insert((article.id.clone(), String::new()))
                        && article.url.as_ref().is_none_or(|url| {
                            seen.insert((url.clone(), format!("{:?}", article.published)))
                        })
                })
                .collect();
            let (first, second) = records.split_at(cut.min(records.len()));
            let split = built(&[first.to_vec(), second.to_vec()]);
            prop_assert_eq!(built(std::slice::from_ref(&records)).triples(), split.triples());
        }
    }

    #[test]
    fn the_store_is_the_same_from_triples_and_from_records() {
        let folder = built(&[world()]);
        let ontology = ontology();
        let fresh = GraphDir::open(folder.path()).unwrap().store(ontology).unwrap().len().unwrap();
        fs::remove_file(folder.path().join(GRAPH)).unwrap();
        assert_eq!(GraphDir::open(folder.path()).unwrap().store(ontology).unwrap().len().unwrap(), fresh);
    }

    #[test]
    fn a_decision_in_the_registry_changes_the_graph() {
        let folder = built(&[world()]);
        let mut text = fs::read_to_string(folder.path().join(REGISTRY)).unwrap();
        text.push_str("<person/ann-ode> rdfs:label \"Dame Ann\" .\n");
        fs::write(folder.path().join(REGISTRY), text).unwrap();
        let mut dir = folder.dir();
        assert!(!dir.is_fresh(ontology()).unwrap());
        dir.index(ontology()).unwrap();
        assert!(String::from_utf8(folder.triples()).unwrap().contains("Dame Ann"));
        drop(dir);
        fs::write(folder.path().join(REGISTRY), "<nobody> <is> <here> .").unwrap();
        let error = GraphDir::open(folder.path()).unwrap().registry().unwrap_err().to_string();
        assert!(error.contains("registry.ttl"), "{error}");
    }

    #[test]
    fn a_corrected_article_replaces_and_a_removed_one_is_gone() {
        let version = |day: &str, who: &str| {
            let draft = Draft::new("A", day).url("https://a.example/1");
            draft.says((who, Person), "leads", "runs", ("Ode Labs", Company)).build()
        };
        let folder = Folder::new();
        let mut dir = folder.dir();
        let (old, new) = (version("2025-01-01", "Ann Ode"), version("2025-01-01", "Bo Vale"));
        assert_eq!(dir.add([old.clone()]).unwrap().added, 1);
        assert_eq!(dir.add([new.clone()]).unwrap().replaced, 1);
        assert_eq!(dir.add([old.clone()]).unwrap().unchanged, 1, "it does not come back by itself");
        assert_eq!(dir.add([version("2024-12-31", "Cy Hill")]).unwrap().outdated, 1);
        let ids = |dir: &GraphDir| -> Vec<String> {
            dir.records().unwrap().map(|record| record.unwrap().article.id).collect()
        };
        assert_eq!(ids(&dir), std::slice::from_ref(&new.article.id));
        assert_eq!(dir.remove([new.article.id.as_str(), "sha256:nothing"]).unwrap(), 1);
        assert_eq!(ids(&dir), [old.article.id]);
        assert_eq!(dir.add([new.clone()]).unwrap().replaced, 1);
        assert_eq!(ids(&dir), [new.article.id]);
    }

    #[test]
    fn a_new_reading_of_the_same_words_counts() {
        let folder = built(&[world()]);
        let mut dir = folder.dir();
        let mut record = world().remove(0);
        assert!(dir.holds(&record.article.id, "test", "sha256:test").unwrap());
        record.model = "test-2".into();
        record.statements.clear();
        assert!(!dir.holds(&record.article.id, "test-2", "sha256:test").unwrap());
        assert_eq!(dir.add([record]).unwrap().replaced, 1);
        assert_eq!(dir.records().unwrap().map(|record| record.unwrap().statements.len()).min(), Some(0));
    }

    #[test]
    fn one_writer_at_a_time_while_others_read() {
        let folder = built(&[world()]);
        let dir = folder.dir();
        let second = GraphDir::create_or_open(folder.path(), &DirOptions::default());
        assert!(matches!(second, Err(StoreError::Locked(_))));
        let mut reader = GraphDir::open(folder.path()).unwrap();
        assert_eq!(reader.records().unwrap().count(), 3);
        assert!(matches!(reader.add(world()), Err(StoreError::ReadOnly(_))));
        drop(dir);
        folder.dir();
    }

    #[test]
    fn what_a_killed_build_leaves_does_no_harm() {
        let folder = built(&[world()]);
        fs::write(folder.path().join("manifest.json.tmp"), "{").unwrap();
        fs::write(folder.path().join("records/abc.jsonl.zst"), "half").unwrap();
        fs::write(folder.path().join("records/abc.jsonl.zst.tmp"), "half").unwrap();
        let mut dir = folder.dir();
        assert_eq!(dir.add(world()).unwrap().unchanged, 3);
        assert!(!folder.path().join("manifest.json.tmp").exists());
        assert!(!folder.path().join("records/abc.jsonl.zst.tmp").exists());
    }

    #[test]
    fn a_failed_write_leaves_the_graph_as_it_was() {
        let folder = built(&[world()]);
        let before = folder.files();
        let mut dir = folder.dir();
        // A folder where the temporary file should go fails like a full disk.
        for blocked in ["manifest.json.tmp", "graph.nt.zst.tmp"] {
            fs::create_dir(folder.path().join(blocked)).unwrap();
            let more = Draft::new("A", "2025-05-05").mention((blocked, Person)).build();
            let result = dir.add([more]).map(drop).and_then(|()| dir.index(ontology()).map(drop));
            assert!(matches!(result, Err(StoreError::Io { .. })), "{blocked}");
            fs::remove_dir(folder.path().join(blocked)).unwrap();
            if blocked == "manifest.json.tmp" {
                assert_eq!(folder.files()[Path::new(MANIFEST)], before[Path::new(MANIFEST)]);
                assert_eq!(GraphDir::open(folder.path()).unwrap().records().unwrap().count(), 3);
            }
        }
        assert_eq!(dir.index(ontology()).unwrap().articles, 4, "the second article was safe already");
        let full = write_file(&folder.path().join(MANIFEST), |_| Err(io::ErrorKind::StorageFull.into()));
        assert!(full.unwrap_err().to_string().contains("the graph is as it was before"));
        assert!(!folder.path().join("manifest.json.tmp").exists());
    }

    #[test]
    fn damage_is_named_with_the_way_out() {
        let folder = built(&[world()]);
        let name = format!("{}.jsonl.zst", folder.dir().manifest().segments[0].sha256);
        let path = folder.path().join(RECORDS).join(&name);
        let mut bytes = fs::read(&path).unwrap();
        bytes[40] ^= 1;
        fs::write(&path, bytes).unwrap();
        let dir = GraphDir::open(folder.path()).unwrap();
        let error = dir.records().err().unwrap().to_string();
        assert!(
            error.contains(&name) && error.contains("its hash is") && error.contains("put back a copy"),
            "{error}"
        );
        fs::remove_file(&path).unwrap();
        assert!(dir.records().err().unwrap().to_string().contains("missing"));
        fs::write(folder.path().join(MANIFEST), "{\"format\":99}").unwrap();
        assert!(matches!(GraphDir::open(folder.path()), Err(StoreError::Format { found: 99, .. })));
        fs::write(folder.path().join(MANIFEST), "{").unwrap();
        assert!(matches!(GraphDir::open(folder.path()), Err(StoreError::Damaged { .. })));
    }

    #[test]
    fn other_folders_are_left_alone() {
        let folder = Folder::new();
        assert!(matches!(GraphDir::open(folder.path()), Err(StoreError::Missing(_))));
        fs::create_dir(folder.path()).unwrap();
        fs::write(folder.path().join("letter.txt"), "dear").unwrap();
        let result = GraphDir::create_or_open(folder.path(), &DirOptions::default());
        assert!(matches!(result, Err(StoreError::NotGraph(_))));
        assert_eq!(names_in(&folder.path()).unwrap(), ["letter.txt"]);
    }

    #[test]
    fn the_base_is_fixed_and_the_threshold_is_not() {
        let folder = built(&[world()]);
        let base = BaseIri::parse("https://example.org/g/").unwrap();
        let options = DirOptions { base_iri: Some(base), threshold: None };
        assert!(matches!(GraphDir::create_or_open(folder.path(), &options), Err(StoreError::Base { .. })));
        let options = DirOptions { base_iri: None, threshold: Some(Confidence::new(0.99)) };
        let mut dir = GraphDir::create_or_open(folder.path(), &options).unwrap();
        dir.index(ontology()).unwrap();
        assert!(!String::from_utf8(folder.triples()).unwrap().contains("asserted> \"true\""));
    }

    #[test]
    fn a_record_that_contradicts_itself_is_refused() {
        let mut record = world().remove(0);
        record.statements[0].evidence.sentence.end = 1_000_000;
        let folder = Folder::new();
        let error = folder.dir().add([record]).unwrap_err().to_string();
        assert!(error.contains("made up") && error.contains("sentence of statement 1"), "{error}");
    }
}
