//! From Turtle files to an [`Ontology`].

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write as _,
    fs::File,
    io::{self, Read},
    path::PathBuf,
};

use oxigraph::{
    io::{RdfFormat, RdfParser},
    model::{NamedNode, NamedOrBlankNode, Term, Triple},
};
use sha2::{Digest, Sha256};

use super::{
    BASE, Class, Cue, CueError, CueKind, NAMESPACE, Ontology, Range, RegistryEntry, Relation, RelationKind,
    Topic,
    names::{self, Names},
};

/// Largest vocabulary file, in bytes.
const MAX_FILE: u64 = 16 << 20;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const OWL: &str = "http://www.w3.org/2002/07/owl#";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// Namespaces by the prefix used in [`iri`] and in messages.
const PREFIXES: [(&str, &str); 7] = [
    ("ng", NAMESPACE),
    ("rdf", RDF),
    ("rdfs", RDFS),
    ("owl", OWL),
    ("skos", SKOS),
    ("xsd", XSD),
    ("dcterms", "http://purl.org/dc/terms/"),
];

/// Properties from other vocabularies that a file may use.
const FOREIGN_PROPERTIES: [&str; 36] = [
    "rdf:type",
    "rdfs:label",
    "rdfs:comment",
    "rdfs:domain",
    "rdfs:range",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
    "rdfs:seeAlso",
    "rdfs:isDefinedBy",
    "owl:inverseOf",
    "owl:equivalentClass",
    "owl:equivalentProperty",
    "owl:sameAs",
    "owl:differentFrom",
    "owl:versionInfo",
    "skos:prefLabel",
    "skos:altLabel",
    "skos:hiddenLabel",
    "skos:definition",
    "skos:note",
    "skos:scopeNote",
    "skos:example",
    "skos:broader",
    "skos:narrower",
    "skos:related",
    "skos:inScheme",
    "skos:topConceptOf",
    "skos:hasTopConcept",
    "skos:exactMatch",
    "skos:closeMatch",
    "dcterms:title",
    "dcterms:description",
    "dcterms:license",
    "dcterms:source",
    "dcterms:created",
    "dcterms:creator",
];

const CUE_KINDS: [(&str, CueKind); 4] = [
    ("ng:verbCue", CueKind::Verb),
    ("ng:roleCue", CueKind::Role),
    ("ng:eventCue", CueKind::Event),
    ("ng:adjectiveCue", CueKind::Adjective),
];

/// Types of properties.
const PROPERTY_TYPES: [&str; 4] =
    ["rdf:Property", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty"];

/// Types of all that is no entity.
const TERM_TYPES: [&str; 10] = [
    "rdf:Property",
    "owl:ObjectProperty",
    "owl:DatatypeProperty",
    "owl:AnnotationProperty",
    "rdfs:Class",
    "owl:Class",
    "owl:Ontology",
    "skos:Concept",
    "skos:ConceptScheme",
    "ng:WordList",
];

/// Why the vocabulary cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OntologyError {
    /// The file cannot be read.
    #[error("cannot read vocabulary file {file}: {source}")]
    Read {
        /// Path of the file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file is larger than the limit.
    #[error("vocabulary file {file} is larger than {} MiB; split it", MAX_FILE >> 20)]
    TooLarge {
        /// Path of the file.
        file: String,
    },
    /// The file is not Turtle.
    #[error("vocabulary file {file} is not valid Turtle: {reason}")]
    Syntax {
        /// Path of the file.
        file: String,
        /// What the parser said, with line and column.
        reason: String,
    },
    /// A statement has a blank node.
    #[error("{file}: “[ ]”, “( )” or “_:” beside {term}; give each thing an IRI of its own")]
    BlankNode {
        /// Path of the file.
        file: String,
        /// The property of the statement.
        term: String,
    },
    /// A statement has a property that is neither known nor declared.
    #[error(
        "{file}: {term} has the unknown property {property}; correct it or declare it as an rdf:Property"
    )]
    UnknownProperty {
        /// Path of the file.
        file: String,
        /// Subject of the statement.
        term: String,
        /// The unknown property.
        property: String,
    },
    /// A property has a value that it cannot have.
    #[error("{file}: {property} of {term} cannot be {value}; it takes {expected}")]
    Value {
        /// Path of the file.
        file: String,
        /// Subject of the statement.
        term: String,
        /// Its property.
        property: String,
        /// The value as written.
        value: String,
        /// What could stand there.
        expected: &'static str,
    },
    /// A cue template does not parse.
    #[error("{file}: cue “{template}” of {term}: {source}; the forms are in docs/VOCABULARY.md")]
    Cue {
        /// Path of the file.
        file: String,
        /// The relation.
        term: String,
        /// The template as written.
        template: String,
        /// What is wrong and where.
        source: CueError,
    },
    /// A cue is given for something that is no relation.
    #[error(
        "{file}: cue for {term}, which is no relation; make it an rdf:Property below ng:factAbout or ng:stanceTowards"
    )]
    CueWithoutRelation {
        /// Path of the file.
        file: String,
        /// What the cue was given for.
        term: String,
    },
    /// A term lacks what it needs.
    #[error("{file}: {term} has no {missing}; add it")]
    Incomplete {
        /// Path of the file that names the term first.
        file: String,
        /// The term.
        term: String,
        /// Property that it needs.
        missing: &'static str,
    },
    /// A term has two values for a property that takes one.
    #[error("{file}: {term} has more than one {property}; keep one")]
    Several {
        /// Path of the file with the second value.
        file: String,
        /// The term.
        term: String,
        /// The property.
        property: &'static str,
    },
    /// Two things have the same name.
    #[error("{file}: “{name}” names both {first} and {second}; rename one, or give both one IRI")]
    Duplicate {
        /// Path of the file that names the second.
        file: String,
        /// The name.
        name: String,
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// A class or property is above itself.
    #[error("{file}: {term} is above itself by {property}; break the circle")]
    Cycle {
        /// Path of the file.
        file: String,
        /// One term of the circle.
        term: String,
        /// `rdfs:subClassOf`, `rdfs:subPropertyOf` or `skos:broader`.
        property: &'static str,
    },
}

/// Reads the built-in files (name and content) and the user's.
pub(super) fn load(builtin: &[(&str, &str)], extra: &[PathBuf]) -> Result<Ontology, OntologyError> {
    let mut terms = Terms::default();
    for (file, content) in builtin {
        terms.read(file, content.as_bytes())?;
    }
    for path in extra {
        let file = path.display().to_string();
        let mut content = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut content))
            .map_err(|source| OntologyError::Read { file: file.clone(), source })?;
        if content.len() as u64 > MAX_FILE {
            return Err(OntologyError::TooLarge { file });
        }
        terms.read(&file, &content)?;
    }
    terms.ontology()
}

/// A property of a term, its value and the file that says so, as a position in [`Terms::files`].
#[derive(Debug)]
struct Fact {
    property: NamedNode,
    value: Term,
    file: usize,
}

/// All statements read, by subject.
#[derive(Debug, Default)]
struct Terms {
    files: Vec<String>,
    seen: HashSet<(NamedNode, NamedNode, Term)>,
    facts: BTreeMap<NamedNode, Vec<Fact>>,
}

impl Terms {
    fn read(&mut self, file: &str, content: &[u8]) -> Result<(), OntologyError> {
        let index = self.files.len();
        self.files.push(file.to_owned());
        let syntax = |reason: String| OntologyError::Syntax { file: file.to_owned(), reason };
        let parser = RdfParser::from_format(RdfFormat::Turtle)
            .with_base_iri(BASE)
            .map_err(|error| syntax(error.to_string()))?;
        for quad in parser.for_slice(content) {
            let quad = quad.map_err(|error| syntax(error.to_string()))?;
            let blank =
                || OntologyError::BlankNode { file: file.to_owned(), term: short(quad.predicate.as_str()) };
            let NamedOrBlankNode::NamedNode(subject) = &quad.subject else { return Err(blank()) };
            if matches!(quad.object, Term::BlankNode(_)) {
                return Err(blank());
            }
            if self.seen.insert((subject.clone(), quad.predicate.clone(), quad.object.clone())) {
                let fact = Fact { property: quad.predicate, value: quad.object, file: index };
                self.facts.entry(subject.clone()).or_default().push(fact);
            }
        }
        Ok(())
    }

    fn ontology(&self) -> Result<Ontology, OntologyError> {
        self.check_properties()?;
        for property in ["rdfs:subClassOf", "rdfs:subPropertyOf", "skos:broader"] {
            self.check_cycles(property)?;
        }
        let relations = self.relations()?;
        let topics = self.topics()?;
        let registry = self.registry()?;
        let (names, demonyms) = self.index(&registry)?;
        Ok(Ontology {
            cues: self.cues(&relations)?,
            words: self.words()?,
            topic_names: self.topic_names(&topics)?,
            hash: self.hash(),
            triples: self.term_triples(&topics),
            relations,
            topics: topics.into_values().collect(),
            registry: registry.into_values().collect(),
            names,
            demonyms,
        })
    }

    // Reading single facts

    fn file(&self, index: usize) -> String {
        self.files[index].clone()
    }

    /// The file that names a term first.
    fn home(&self, term: &NamedNode) -> String {
        self.later_home(term, term)
    }

    /// The later one of the files that name two terms first.
    fn later_home(&self, a: &NamedNode, b: &NamedNode) -> String {
        let home = |term| self.facts.get(term).and_then(|facts| facts.first()).map(|fact| fact.file);
        home(a).max(home(b)).map_or_else(String::new, |file| self.file(file))
    }

    fn facts_of<'a>(
        &'a self,
        term: &NamedNode,
        property: &'a str,
    ) -> impl Iterator<Item = &'a Fact> + use<'a> {
        self.facts.get(term).into_iter().flatten().filter(move |fact| is(&fact.property, property))
    }

    /// Values that are IRIs.
    fn links<'a>(
        &'a self,
        term: &NamedNode,
        property: &'a str,
    ) -> impl Iterator<Item = &'a NamedNode> + use<'a> {
        self.facts_of(term, property).filter_map(|fact| match &fact.value {
            Term::NamedNode(node) => Some(node),
            _ => None,
        })
    }

    fn value_error(&self, term: &NamedNode, fact: &Fact, expected: &'static str) -> OntologyError {
        OntologyError::Value {
            file: self.file(fact.file),
            term: short(term.as_str()),
            property: short(fact.property.as_str()),
            value: match &fact.value {
                Term::NamedNode(node) => short(node.as_str()),
                value => value.to_string(),
            },
            expected,
        }
    }

    /// Values that are words in English or in no stated language, with their files; other languages are passed over.
    fn texts<'a>(
        &'a self,
        term: &NamedNode,
        property: &'a str,
    ) -> Result<Vec<(&'a str, usize)>, OntologyError> {
        let mut texts = Vec::new();
        for fact in self.facts_of(term, property) {
            let Term::Literal(literal) = &fact.value else {
                return Err(self.value_error(term, fact, "text"));
            };
            if literal.language().is_none_or(|lang| lang == "en" || lang.starts_with("en-")) {
                texts.push((literal.value(), fact.file));
            }
        }
        Ok(texts)
    }

    fn one_text(&self, term: &NamedNode, property: &'static str) -> Result<Option<&str>, OntologyError> {
        match self.texts(term, property)?.as_slice() {
            [] => Ok(None),
            [(text, _)] => Ok(Some(text)),
            [_, (_, file), ..] => {
                Err(OntologyError::Several { file: self.file(*file), term: short(term.as_str()), property })
            }
        }
    }

    fn needed(&self, term: &NamedNode, property: &'static str) -> Result<String, OntologyError> {
        let text = self.one_text(term, property)?.map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| self.incomplete(term, property))
    }

    fn incomplete(&self, term: &NamedNode, missing: &'static str) -> OntologyError {
        OntologyError::Incomplete { file: self.home(term), term: short(term.as_str()), missing }
    }

    fn is_true(&self, term: &NamedNode, property: &str) -> Result<bool, OntologyError> {
        let mut holds = false;
        for fact in self.facts_of(term, property) {
            match &fact.value {
                Term::Literal(literal) if literal.value() == "true" => holds = true,
                Term::Literal(literal) if literal.value() == "false" => {}
                _ => return Err(self.value_error(term, fact, "true or false")),
            }
        }
        Ok(holds)
    }

    /// Terms with one of these types.
    fn typed<'a>(&'a self, types: &'a [&'a str]) -> impl Iterator<Item = &'a NamedNode> {
        self.facts.keys().filter(move |term| self.has_type(term, types))
    }

    fn has_type(&self, term: &NamedNode, types: &[&str]) -> bool {
        self.links(term, "rdf:type").any(|node| types.iter().any(|name| is(node, name)))
    }

    /// A term and all above it. Terminates because circles are refused first.
    fn above(&self, term: &NamedNode, property: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![term];
        while let Some(term) = open.pop() {
            if seen.insert(term.as_str().to_owned()) {
                open.extend(self.links(term, property));
            }
        }
        seen
    }

    // Checks over all terms

    fn check_properties(&self) -> Result<(), OntologyError> {
        let mut known: BTreeSet<String> = FOREIGN_PROPERTIES.iter().map(|name| iri(name)).collect();
        known.extend(self.typed(&PROPERTY_TYPES).map(|property| property.as_str().to_owned()));
        for (term, facts) in &self.facts {
            for fact in facts {
                if !known.contains(fact.property.as_str()) {
                    return Err(OntologyError::UnknownProperty {
                        file: self.file(fact.file),
                        term: short(term.as_str()),
                        property: short(fact.property.as_str()),
                    });
                }
            }
        }
        Ok(())
    }

    fn check_cycles(&self, property: &'static str) -> Result<(), OntologyError> {
        // Terms found to lead into no circle. Depth-first without recursion: `path` holds the way down.
        let mut done = BTreeSet::new();
        for start in self.facts.keys() {
            let mut path = vec![(start, self.links(start, property))];
            let mut on_path = BTreeSet::from([start]);
            while let Some((term, above)) = path.last_mut() {
                match above.next() {
                    Some(next) if on_path.contains(next) => {
                        return Err(OntologyError::Cycle {
                            file: self.home(term),
                            term: short(next.as_str()),
                            property,
                        });
                    }
                    Some(next) if done.contains(next) => {}
                    Some(next) => {
                        on_path.insert(next);
                        path.push((next, self.links(next, property)));
                    }
                    None => {
                        on_path.remove(*term);
                        done.insert(*term);
                        path.pop();
                    }
                }
            }
        }
        Ok(())
    }

    // The parts of the vocabulary

    /// The built-in classes that a class stands for as domain or range: itself and all below it; for a user's class
    /// the nearest built-in one above it.
    fn classes(&self, class: &NamedNode) -> BTreeSet<Class> {
        let below = |iri: &str| -> BTreeSet<Class> {
            let is_below = |c: &Class| self.above(&class_node(*c), "rdfs:subClassOf").contains(iri);
            Class::ALL.into_iter().filter(is_below).collect()
        };
        let classes = below(class.as_str());
        if !classes.is_empty() {
            return classes;
        }
        self.nearest_class(class).map_or_else(BTreeSet::new, |class| below(class_node(class).as_str()))
    }

    /// The most specific built-in class that a class is or is below.
    fn nearest_class(&self, class: &NamedNode) -> Option<Class> {
        let above = self.above(class, "rdfs:subClassOf");
        Class::ALL.into_iter().rfind(|class| above.contains(class_node(*class).as_str()))
    }

    fn relations(&self) -> Result<BTreeMap<String, Relation>, OntologyError> {
        let mut relations: BTreeMap<String, Relation> = BTreeMap::new();
        for term in self.typed(&PROPERTY_TYPES) {
            let Some(kind) = self.relation_kind(term) else { continue };
            let name = local_name(term.as_str()).to_owned();
            let inverse = self.links(term, "owl:inverseOf").next();
            let relation = Relation {
                iri: term.as_str().to_owned(),
                label: self.needed(term, "rdfs:label")?,
                comment: self.needed(term, "rdfs:comment")?,
                kind,
                domain: self.domain(term)?,
                range: self.range(term)?,
                inverse: inverse.map(|node| local_name(node.as_str()).to_owned()),
                inverse_label: inverse
                    .and_then(|node| self.one_text(node, "rdfs:label").transpose())
                    .transpose()?
                    .map(str::to_owned),
                symmetric: self.is_true(term, "ng:symmetric")?,
                functional: self.is_true(term, "ng:functional")?,
                examples: self
                    .texts(term, "ng:example")?
                    .into_iter()
                    .map(|(text, _)| text.to_owned())
                    .collect(),
                name: name.clone(),
            };
            if let Some(first) = relations.get(&name) {
                return Err(self.same_id(name, &NamedNode::new_unchecked(&first.iri), term));
            }
            relations.insert(name, relation);
        }
        Ok(relations)
    }

    /// What a property is for; `None` if it is no relation between entities.
    fn relation_kind(&self, property: &NamedNode) -> Option<RelationKind> {
        const KINDS: [(&str, RelationKind); 3] = [
            ("ng:stanceTowards", RelationKind::Stance),
            ("ng:quotes", RelationKind::Quote),
            ("ng:factAbout", RelationKind::Fact),
        ];
        let above = self.above(property, "rdfs:subPropertyOf");
        let (name, kind) = KINDS.into_iter().find(|(name, _)| above.contains(&iri(name)))?;
        (!is(property, name)).then_some(kind)
    }

    fn domain(&self, term: &NamedNode) -> Result<BTreeSet<Class>, OntologyError> {
        let mut given = self.facts_of(term, "ng:domainIncludes").peekable();
        let (given, property): (Vec<&Fact>, _) = if given.peek().is_some() {
            (given.collect(), "ng:domainIncludes")
        } else {
            (self.facts_of(term, "rdfs:domain").collect(), "rdfs:domain")
        };
        let mut domain = BTreeSet::new();
        for fact in given {
            let classes = match &fact.value {
                Term::NamedNode(class) => self.classes(class),
                _ => BTreeSet::new(),
            };
            if classes.is_empty() {
                return Err(self.value_error(term, fact, "a class below ng:Entity"));
            }
            domain.extend(classes);
        }
        if domain.is_empty() { Err(self.incomplete(term, property)) } else { Ok(domain) }
    }

    fn range(&self, term: &NamedNode) -> Result<Range, OntologyError> {
        let mut given: Vec<&Fact> = self.facts_of(term, "ng:rangeIncludes").collect();
        if given.is_empty() {
            given = self.facts_of(term, "rdfs:range").collect();
        }
        let mut range = BTreeSet::new();
        for fact in given {
            let expected = "a class below ng:Entity, xsd:date or xsd:string";
            let Term::NamedNode(node) = &fact.value else {
                return Err(self.value_error(term, fact, expected));
            };
            if ["xsd:date", "xsd:gYearMonth", "xsd:gYear"].iter().any(|name| is(node, name)) {
                return Ok(Range::Date);
            }
            if ["xsd:string", "rdfs:Literal"].iter().any(|name| is(node, name)) {
                return Ok(Range::Text);
            }
            let classes = self.classes(node);
            if classes.is_empty() {
                return Err(self.value_error(term, fact, expected));
            }
            range.extend(classes);
        }
        if range.is_empty() { Err(self.incomplete(term, "rdfs:range")) } else { Ok(Range::Classes(range)) }
    }

    fn cues(&self, relations: &BTreeMap<String, Relation>) -> Result<Vec<Cue>, OntologyError> {
        let mut cues = Vec::new();
        for term in self.facts.keys() {
            let name = local_name(term.as_str());
            let known = relations.get(name).is_some_and(|relation| relation.iri == term.as_str());
            for (property, kind) in CUE_KINDS {
                for (template, file) in self.texts(term, property)? {
                    if !known {
                        return Err(OntologyError::CueWithoutRelation {
                            file: self.file(file),
                            term: short(term.as_str()),
                        });
                    }
                    cues.push(Cue::parse(name, kind, template).map_err(|source| OntologyError::Cue {
                        file: self.file(file),
                        term: short(term.as_str()),
                        template: template.to_owned(),
                        source,
                    })?);
                }
            }
        }
        cues.sort_by(|a, b| (&a.relation, a.kind, &a.template).cmp(&(&b.relation, b.kind, &b.template)));
        Ok(cues)
    }

    fn words(&self) -> Result<BTreeMap<String, BTreeSet<String>>, OntologyError> {
        let mut lists: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for term in self.typed(&["ng:WordList"]) {
            let words = self.texts(term, "ng:word")?.into_iter().map(|(word, _)| word.to_lowercase());
            lists.entry(local_name(term.as_str()).to_owned()).or_default().extend(words);
        }
        Ok(lists)
    }

    fn topics(&self) -> Result<BTreeMap<String, Topic>, OntologyError> {
        let mut topics = BTreeMap::new();
        let mut terms = BTreeMap::new();
        for term in self.typed(&["skos:Concept"]) {
            let label = self.needed(term, "skos:prefLabel")?;
            let mut aliases = BTreeSet::new();
            for property in ["skos:altLabel", "skos:hiddenLabel"] {
                aliases.extend(self.texts(term, property)?.into_iter().map(|(text, _)| text.to_lowercase()));
            }
            let mut broader = BTreeSet::new();
            for fact in self.facts_of(term, "skos:broader") {
                match &fact.value {
                    Term::NamedNode(node) if self.has_type(node, &["skos:Concept"]) => {
                        broader.insert(self.topic_id(node)?);
                    }
                    _ => return Err(self.value_error(term, fact, "a skos:Concept")),
                }
            }
            let id = self.topic_id(term)?;
            if let Some(first) = terms.insert(id.clone(), term) {
                return Err(self.same_id(id, first, term));
            }
            topics.insert(id.clone(), Topic { id, label, aliases, broader });
        }
        Ok(topics)
    }

    fn topic_id(&self, term: &NamedNode) -> Result<String, OntologyError> {
        match term.as_str().strip_prefix(BASE).filter(|path| path.starts_with("topic/")) {
            Some(path) => Ok(path.to_owned()),
            None => Ok(format!("topic/{}", names::slug(&self.needed(term, "skos:prefLabel")?))),
        }
    }

    fn topic_names(
        &self,
        topics: &BTreeMap<String, Topic>,
    ) -> Result<BTreeMap<String, usize>, OntologyError> {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for (position, topic) in topics.values().enumerate() {
            for name in std::iter::once(&topic.label).chain(&topic.aliases) {
                let known = *found.entry(names::topic_key(name)).or_insert(position);
                if known != position {
                    let first = topics.keys().nth(known).map_or("", String::as_str);
                    return Err(self.duplicate(name, first, &topic.id));
                }
            }
        }
        Ok(found)
    }

    /// Two things that share a name; the file is the later one of those that say so.
    fn duplicate(&self, name: &str, first: &str, second: &str) -> OntologyError {
        let folded = names::fold(name);
        let says_so =
            |fact: &&Fact| matches!(&fact.value, Term::Literal(l) if names::fold(l.value()) == folded);
        let file = self.facts.values().flatten().filter(says_so).map(|fact| fact.file).max();
        OntologyError::Duplicate {
            file: file.map_or_else(String::new, |file| self.file(file)),
            name: name.to_owned(),
            first: first.to_owned(),
            second: second.to_owned(),
        }
    }

    fn same_id(&self, id: String, first: &NamedNode, second: &NamedNode) -> OntologyError {
        OntologyError::Duplicate {
            file: self.later_home(first, second),
            name: id,
            first: short(first.as_str()),
            second: short(second.as_str()),
        }
    }

    fn registry(&self) -> Result<BTreeMap<String, RegistryEntry>, OntologyError> {
        let mut registry = BTreeMap::new();
        let mut terms = BTreeMap::new();
        for term in self.facts.keys() {
            let Some(class) = self.entity_class(term)? else { continue };
            let label = self.needed(term, "rdfs:label")?;
            let owned =
                |texts: Vec<(&str, usize)>| texts.into_iter().map(|(text, _)| text.to_owned()).collect();
            let mut entry = RegistryEntry {
                id: String::new(),
                class,
                aliases: owned(self.texts(term, "skos:altLabel")?),
                demonyms: owned(self.texts(term, "ng:demonym")?),
                same_as: self.links(term, "owl:sameAs").map(|node| node.as_str().to_owned()).collect(),
                label,
            };
            entry.id = if let Some(path) = term.as_str().strip_prefix(BASE) {
                path.to_owned()
            } else {
                entry.same_as.insert(term.as_str().to_owned());
                format!("{}/{}", class.root().as_str().to_lowercase(), names::slug(&entry.label))
            };
            if let Some(first) = terms.insert(entry.id.clone(), term) {
                return Err(self.same_id(entry.id, first, term));
            }
            registry.insert(entry.id.clone(), entry);
        }
        Ok(registry)
    }

    /// The class of an entity; `None` for vocabulary terms, word lists, topics.
    fn entity_class(&self, term: &NamedNode) -> Result<Option<Class>, OntologyError> {
        let mut found: Option<Class> = None;
        for fact in self.facts_of(term, "rdf:type") {
            let Term::NamedNode(class) = &fact.value else {
                return Err(self.value_error(term, fact, "a class"));
            };
            if TERM_TYPES.iter().any(|name| is(class, name)) {
                return Ok(None);
            }
            let class = self
                .nearest_class(class)
                .ok_or_else(|| self.value_error(term, fact, "a class below ng:Entity, or skos:Concept"))?;
            // With several types the most specific counts: a company is an organisation too.
            found = Some(found.map_or(class, |known| if known.is_a(class) { known } else { class }));
        }
        match (found, self.facts.get(term).and_then(|facts| facts.first())) {
            (Some(class), _) => Ok(Some(class)),
            (None, Some(fact)) if CUE_KINDS.iter().any(|(name, _)| is(&fact.property, name)) => {
                Err(OntologyError::CueWithoutRelation {
                    file: self.file(fact.file),
                    term: short(term.as_str()),
                })
            }
            (None, _) => Err(self.incomplete(term, "rdf:type")),
        }
    }

    fn index(
        &self,
        registry: &BTreeMap<String, RegistryEntry>,
    ) -> Result<(Names, BTreeMap<String, usize>), OntologyError> {
        let id = |position: usize| registry.keys().nth(position).map_or("", String::as_str);
        let mut names = Names::default();
        let mut demonyms: BTreeMap<String, usize> = BTreeMap::new();
        for (position, entry) in registry.values().enumerate() {
            for name in std::iter::once(&entry.label).chain(&entry.aliases) {
                if let Some(first) = names.insert(name, position) {
                    return Err(self.duplicate(name, id(first), &entry.id));
                }
            }
            for demonym in &entry.demonyms {
                let first = *demonyms.entry(demonym.clone()).or_insert(position);
                if first != position {
                    return Err(self.duplicate(demonym, id(first), &entry.id));
                }
            }
        }
        Ok((names, demonyms))
    }

    fn hash(&self) -> String {
        let mut lines = BTreeSet::new();
        for (term, facts) in &self.facts {
            lines.extend(facts.iter().map(|fact| format!("{term} {} {} .\n", fact.property, fact.value)));
        }
        let mut hasher = Sha256::new();
        for line in &lines {
            hasher.update(line);
        }
        hasher.finalize().iter().fold("sha256:".to_owned(), |mut hash, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hash, "{byte:02x}");
            hash
        })
    }

    fn term_triples(&self, topics: &BTreeMap<String, Topic>) -> Vec<Triple> {
        // A topic of the user's stands under the base IRI like all topics; its own IRI is kept as a match.
        let place = |node: &NamedNode| -> NamedNode {
            if !self.has_type(node, &["skos:Concept"]) {
                return node.clone();
            }
            match self.topic_id(node) {
                Ok(id) if topics.contains_key(&id) => NamedNode::new_unchecked(format!("{BASE}{id}")),
                _ => node.clone(),
            }
        };
        let mut triples = Vec::new();
        for term in self.typed(&TERM_TYPES) {
            if self.has_type(term, &["ng:WordList"]) {
                continue;
            }
            let subject = place(term);
            if subject != *term {
                let property = NamedNode::new_unchecked(iri("skos:exactMatch"));
                triples.push(Triple::new(subject.clone(), property, term.clone()));
            }
            for fact in self.facts.get(term).into_iter().flatten() {
                if CUE_KINDS.iter().any(|(name, _)| is(&fact.property, name)) {
                    continue;
                }
                let object = match &fact.value {
                    Term::NamedNode(node) => place(node).into(),
                    value => value.clone(),
                };
                triples.push(Triple::new(subject.clone(), fact.property.clone(), object));
            }
        }
        triples.sort_by_cached_key(Triple::to_string);
        triples
    }
}

/// Namespace and local part of a prefixed name of this file.
fn parts(name: &str) -> (&'static str, &str) {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    (PREFIXES.iter().find(|(known, _)| *known == prefix).map_or("", |(_, namespace)| namespace), local)
}

/// The full IRI of a prefixed name.
fn iri(name: &str) -> String {
    let (namespace, local) = parts(name);
    [namespace, local].concat()
}

/// Whether a node is the one of this prefixed name. Asked of every fact, so it allocates nothing.
fn is(node: &NamedNode, name: &str) -> bool {
    let (namespace, local) = parts(name);
    node.as_str().strip_prefix(namespace) == Some(local)
}

/// An IRI as people write it: prefixed if its namespace is known.
fn short(iri: &str) -> String {
    let prefixed = PREFIXES
        .iter()
        .find_map(|(prefix, namespace)| Some(format!("{prefix}:{}", iri.strip_prefix(namespace)?)));
    prefixed.unwrap_or_else(|| format!("<{iri}>"))
}

/// What follows the namespace of an IRI.
fn local_name(iri: &str) -> &str {
    iri.rsplit(['#', '/']).next().unwrap_or(iri)
}

fn class_node(class: Class) -> NamedNode {
    NamedNode::new_unchecked(format!("{NAMESPACE}{class}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ontology::BUILTIN;

    const HEADER: &str = "@prefix ng: <https://w3id.org/newsgraph/ns#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix my: <https://example.org/my#> .
";

    /// The built-in vocabulary with one user file of this content.
    fn with(content: &str) -> Result<Ontology, OntologyError> {
        let content = format!("{HEADER}{content}");
        let mut files = BUILTIN.to_vec();
        files.push(("my.ttl", &content));
        load(&files, &[])
    }

    fn refused(content: &str, parts: &[&str]) {
        let error = with(content).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "“{part}” is not in: {error}");
        }
    }

    #[test]
    fn builtin_relations_are_complete() {
        let ontology = Ontology::builtin();
        let names = "leads worksFor memberOf founded educatedAt bornIn livesIn citizenOf spouseOf childOf met \
            headquarteredIn basedIn subsidiaryOf owns acquired mergedWith investsIn partnerOf competesWith supplies \
            sued regulates bans sanctions accuses develops released uses basedOn outperforms supports opposes praises \
            criticises warnsOf callsFor said mentions bornOn diedOn foundedOn";
        let expected: BTreeSet<&str> = names.split_whitespace().collect();
        let found: BTreeSet<&str> = ontology.relations().map(|relation| relation.name.as_str()).collect();
        assert_eq!(found, expected);
        for relation in ontology.relations() {
            assert!(!relation.examples.is_empty(), "{} has no example", relation.name);
            let cues = ontology.cues().iter().filter(|cue| cue.relation == relation.name).count();
            assert!(cues > 0 || relation.name == "said", "{} has no cue", relation.name);
            assert!(!relation.symmetric || relation.inverse.is_none(), "{}", relation.name);
        }
        let works_for = ontology.relation("worksFor").unwrap();
        assert_eq!(works_for.inverse_label.as_deref(), Some("employs"));
        assert_eq!(works_for.domain, BTreeSet::from([Class::Person]));
        assert_eq!(ontology.relation("bornOn").unwrap().range, Range::Date);
        assert_eq!(ontology.relation("said").unwrap().range, Range::Text);
        assert_eq!(ontology.relation("said").unwrap().kind, RelationKind::Quote);
        let supports = ontology.relation("supports").unwrap();
        assert_eq!(supports.kind, RelationKind::Stance);
        assert!(supports.domain.contains(&Class::Company) && !supports.domain.contains(&Class::Product));
        assert_eq!(supports.range, Range::Classes(Class::ALL.into()));
    }

    #[test]
    fn builtin_terms_are_described() {
        let mut terms = Terms::default();
        for (file, content) in BUILTIN {
            terms.read(file, content.as_bytes()).unwrap();
        }
        for class in Class::ALL {
            assert!(terms.has_type(&class_node(class), &["owl:Class"]), "{class}");
            let above = terms.above(&class_node(class), "rdfs:subClassOf");
            assert!(
                class.parent().is_none_or(|parent| above.contains(class_node(parent).as_str())),
                "{class}"
            );
        }
        for term in terms.typed(&["owl:Class"]) {
            terms.needed(term, "rdfs:comment").unwrap();
        }
        for term in terms.typed(&PROPERTY_TYPES) {
            for property in ["rdfs:label", "rdfs:comment"] {
                terms.needed(term, property).unwrap();
            }
            for property in ["rdfs:domain", "rdfs:range"] {
                assert_eq!(terms.links(term, property).count(), 1, "{property} of {term}");
            }
        }
    }

    #[test]
    fn shapes_speak_of_known_properties() {
        let mut terms = Terms::default();
        for (file, content) in BUILTIN {
            terms.read(file, content.as_bytes()).unwrap();
        }
        let shapes = RdfParser::from_format(RdfFormat::Turtle).for_slice(crate::ontology::SHAPES.as_bytes());
        let mut paths = 0;
        for quad in shapes {
            let quad = quad.unwrap();
            let Term::NamedNode(node) = &quad.object else { continue };
            if node.as_str().starts_with(NAMESPACE) {
                assert!(terms.facts.contains_key(node), "{node} is not in newsgraph.ttl");
                paths += usize::from(quad.predicate.as_str().ends_with("shacl#path"));
            }
        }
        assert!(paths > 20, "{paths} paths");
    }

    #[test]
    fn known_entities_are_found() {
        let ontology = Ontology::builtin();
        let countries = ontology.registry().iter().filter(|entry| entry.class == Class::Country).count();
        assert_eq!(countries, 197);
        let id = |name: &str| ontology.lookup(name).map(|entry| entry.id.as_str());
        assert_eq!(id("the US"), Some("place/united-states"));
        assert_eq!(id("us"), None);
        assert_eq!(id("The United Arab Emirates"), Some("place/united-arab-emirates"));
        assert_eq!(id("Cote d’Ivoire"), Some("place/ivory-coast"));
        assert_eq!(id("NATO"), Some("organization/nato"));
        assert_eq!(id("who"), None);
        let country = |word: &str| ontology.demonym(word).map(|entry| entry.label.as_str());
        assert_eq!(country("Americans"), Some("United States"));
        assert_eq!(country("Swiss"), Some("Switzerland"));
        assert_eq!(country("polish"), None);
    }

    #[test]
    fn topics_are_found_by_wording() {
        let ontology = Ontology::builtin();
        let topic = |phrase: &str| ontology.topic_for(phrase).map(|topic| topic.id.as_str());
        for phrase in ["Open-Source models", "open platforms", "open source", "the open-source model"] {
            assert_eq!(topic(phrase), Some("topic/open-source"), "{phrase}");
        }
        assert_eq!(topic("closed-source models"), Some("topic/closed-source"));
        assert_eq!(topic("models"), None);
        let open = ontology.topics().iter().find(|topic| topic.id == "topic/open-source").unwrap();
        assert!(open.broader.contains("topic/technology"));
    }

    #[test]
    fn hash_does_not_depend_on_order() {
        let mut files = BUILTIN.to_vec();
        let hash = load(&files, &[]).unwrap().hash().to_owned();
        files.reverse();
        assert_eq!(load(&files, &[]).unwrap().hash(), hash);
        assert_eq!(hash.len(), "sha256:".len() + 64);
        assert_ne!(with("ng:reportingVerb ng:word \"opine loudly\" .").unwrap().hash(), hash);
    }

    #[test]
    fn term_triples_hold_terms_only() {
        let ontology = with("my:quiet a skos:Concept ; skos:prefLabel \"quiet hours\" .").unwrap();
        let triples: Vec<String> = ontology.term_triples().iter().map(Triple::to_string).collect();
        assert!(triples.is_sorted());
        assert!(triples.iter().any(|t| t.contains("ns#supports>") && t.contains("subPropertyOf")));
        let quiet = "<https://w3id.org/newsgraph/topic/quiet-hours>";
        assert!(triples.iter().any(|t| t.starts_with(quiet) && t.contains("prefLabel")));
        assert!(
            triples
                .iter()
                .any(|t| t.starts_with(quiet) && t.contains("exactMatch> <https://example.org/my#quiet>"))
        );
        assert!(
            !triples
                .iter()
                .any(|t| t.contains("verbCue> \"") || t.contains("place/china") || t.contains("_:"))
        );
    }

    #[test]
    fn users_add_to_the_vocabulary() {
        let ontology = with(
            "my:Bank rdfs:subClassOf ng:Company ; a owl:Class ; rdfs:label \"bank\" .
            my:lendsTo a owl:ObjectProperty ; rdfs:subPropertyOf ng:factAbout ; rdfs:label \"lends to\" ;
                rdfs:comment \"Gives loans to.\" ; rdfs:domain my:Bank ; rdfs:range ng:Agent ;
                ng:verbCue \"X lend to Y\" .
            ng:acquired ng:verbCue \"X nab Y:Company\" .
            <https://example.org/harrow> a my:Bank ; rdfs:label \"Harrow Bank\" ; skos:altLabel \"Harrow\" .
            <place/germany> skos:altLabel \"Deutschland\" .
            my:quiet a skos:Concept ; skos:prefLabel \"quiet hours\" ; skos:broader <topic/labour> .",
        )
        .unwrap();
        let lends = ontology.relation("lendsTo").unwrap();
        assert_eq!(lends.iri, "https://example.org/my#lendsTo");
        assert_eq!(lends.domain, BTreeSet::from([Class::Company]));
        assert!(ontology.cues().iter().any(|cue| cue.relation == "lendsTo"));
        assert!(ontology.cues().iter().any(|cue| cue.template == "X nab Y:Company"));
        let harrow = ontology.lookup("harrow").unwrap();
        assert_eq!((harrow.id.as_str(), harrow.class), ("organization/harrow-bank", Class::Company));
        assert!(harrow.same_as.contains("https://example.org/harrow"));
        assert_eq!(ontology.lookup("Deutschland").unwrap().label, "Germany");
        assert_eq!(ontology.topic_for("Quiet hours").unwrap().id, "topic/quiet-hours");
    }

    #[test]
    fn examples_of_the_guide_load() {
        let guide = include_str!("../../docs/VOCABULARY.md");
        let blocks = guide.split("```turtle").skip(1).filter_map(|rest| rest.split("```").next());
        let examples: String = blocks.collect();
        let ontology = with(&examples).unwrap();
        assert!(ontology.relation("lendsTo").is_some());
        assert_eq!(ontology.lookup("HB").unwrap().id, "organization/harrow-bank");
        assert!(ontology.words("reportingVerb").contains("intone"));
    }

    #[test]
    fn mistakes_are_named() {
        refused("ng:acquired rdfs:lable \"x\" .", &["my.ttl", "ng:acquired", "rdfs:lable", "declare it"]);
        refused("ng:acquired ng:verbCue \"X buy\" .", &["my.ttl", "X buy", "ng:acquired", "character 6"]);
        refused("my:nothing ng:verbCue \"X buy Y\" .", &["my.ttl", "my#nothing", "is no relation"]);
        refused("ng:holder ng:verbCue \"X buy Y\" .", &["my.ttl", "ng:holder", "is no relation"]);
        let relation = "a owl:ObjectProperty ; rdfs:subPropertyOf ng:factAbout ; rdfs:label \"r\"";
        refused(&format!("my:r {relation} ."), &["my#r", "no rdfs:comment"]);
        refused(&format!("my:r {relation} ; rdfs:comment \"c\" ."), &["my#r", "no rdfs:domain"]);
        let relation = format!("{relation} ; rdfs:comment \"c\" ; rdfs:domain ng:Person ; rdfs:range");
        refused(&format!("my:r {relation} ng:Ghost ."), &["my#r", "ng:Ghost", "a class below ng:Entity"]);
        refused(&format!("my:acquired {relation} ng:Person ."), &["“acquired” names both", "my#acquired"]);
        refused(
            "ng:acquired rdfs:label \"bought\" .",
            &["my.ttl", "ng:acquired", "more than one rdfs:label"],
        );
        refused("my:x a my:Ghost ; rdfs:label \"x\" .", &["my.ttl", "my#Ghost", "below ng:Entity"]);
        refused(
            "my:x a ng:Country ; rdfs:label \"CHINA!\" ; skos:altLabel \"china\" .",
            &["my.ttl", "place/china"],
        );
        refused("my:x a ng:Country .", &["my.ttl", "no rdfs:label"]);
        refused(
            "my:A a owl:Class ; rdfs:subClassOf my:B . my:B rdfs:subClassOf my:A .",
            &["my.ttl", "subClassOf"],
        );
        refused("ng:Entity rdfs:subClassOf ng:Company .", &["above itself", "break the circle"]);
        refused("[] a ng:Country .", &["my.ttl", "an IRI of its own"]);
        refused("ng:acquired ng:symmetric \"often\" .", &["ng:symmetric", "true or false"]);
        refused("ng:acquired rdfs:label .", &["my.ttl", "not valid Turtle", "line 7"]);
    }

    #[test]
    fn files_are_bounded_and_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing.ttl");
        let error = Ontology::load(&[missing]).unwrap_err();
        assert!(
            matches!(&error, OntologyError::Read { file, .. } if file.ends_with("missing.ttl")),
            "{error}"
        );
        let large = dir.path().join("large.ttl");
        File::create(&large).unwrap().set_len(MAX_FILE + 1).unwrap();
        assert!(matches!(Ontology::load(&[large]), Err(OntologyError::TooLarge { .. })));
        let good = dir.path().join("good.ttl");
        std::fs::write(&good, format!("{HEADER}ng:honorific ng:word \"Tuan\" .")).unwrap();
        assert!(Ontology::load(&[good]).unwrap().words("honorific").contains("tuan"));
    }
}
