// Calls one function of the candidate's and reports its value; see README.md beside the declarations.
#![allow(warnings)]
mod candidate {
{{program}}

    use crate::given::*;

    pub fn call(arguments: &[crate::Json]) -> Result<crate::Text, String> {
        crate::Call::call({{callee}}, arguments)
    }
}

// LeetCode declares the class; a program that does so itself hides this one.
mod given {
    pub struct Solution;
}

use std::collections::*;
use std::hash::Hash;
use std::io::{Read, Write};
use std::os::unix::io::FromRawFd;

type Text = String;
type Fitting<T> = Result<T, String>;

#[derive(Clone, Debug)]
pub enum Json {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    List(Vec<Json>),
    Set(Vec<Json>),
    Dict(Vec<(Json, Json)>),
    Other(String),
}

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("the arguments are UTF-8");
    let (returned, status) = match std::panic::catch_unwind(|| called(&text)) {
        Ok(Ok(returned)) => (format!("{{\"returned\":{returned}}}"), 0),
        Ok(Err(misfit)) => (raised("TypeError", &misfit), 1),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or(panic.downcast_ref::<&str>().map(|each| each.to_string()));
            (raised("panic", &text.unwrap_or_default()), 1)
        }
    };
    let mut result = unsafe { std::fs::File::from_raw_fd(3) };
    result.write_all(returned.as_bytes()).expect("the result is taken");
    std::process::exit(status);
}

fn called(text: &str) -> Fitting<Text> {
    match (Reader { text: text.as_bytes(), at: 0 }).items(b']', Reader::value).as_slice() {
        [Json::List(arguments), Json::Dict(named)] if named.is_empty() => candidate::call(arguments),
        _ => Err("Rust has no arguments by name".to_string()),
    }
}

fn raised(class_name: &str, message: &str) -> Text {
    let mut text = String::from("{\"raised\":");
    vec![class_name.to_string(), message.chars().take(2000).collect()].write(&mut text);
    text + "}"
}

// A function of any number of parameters, each of a type that is read, whose result is written.
pub trait Call<Parameters> {
    fn call(self, arguments: &[Json]) -> Fitting<Text>;
}

macro_rules! callable {
    ($count:literal $($parameter:ident)*) => {
        impl<F: FnOnce($($parameter),*) -> R, R: ToJson, $($parameter: FromJson),*> Call<($($parameter,)*)> for F {
            fn call(self, arguments: &[Json]) -> Fitting<Text> {
                if arguments.len() != $count {
                    return Err(format!("the function takes {} arguments, {} were given", $count, arguments.len()));
                }
                let mut numbered = arguments.iter().enumerate();
                let returned = self($({
                    let (index, argument) = numbered.next().unwrap();
                    $parameter::read(argument).map_err(|misfit| format!("argument {}: {misfit}", index + 1))?
                }),*);
                let mut text = String::new();
                returned.write(&mut text);
                Ok(text)
            }
        }
    };
}
callable!(0);
callable!(1 A);
callable!(2 A B);
callable!(3 A B C);
callable!(4 A B C D);
callable!(5 A B C D E);
callable!(6 A B C D E G);
callable!(7 A B C D E G H);
callable!(8 A B C D E G H I);

pub trait FromJson: Sized {
    fn read(form: &Json) -> Fitting<Self>;
}

pub trait ToJson {
    fn write(&self, text: &mut Text);
}

fn misfit<T>(form: &Json) -> String {
    let shown: String = format!("{form:?}").chars().take(80).collect();
    format!("expected {}, got {shown}", std::any::type_name::<T>())
}

macro_rules! whole {
    ($($kind:ty)*) => {$(
        impl FromJson for $kind {
            fn read(form: &Json) -> Fitting<Self> {
                match form {
                    Json::Int(number) => <$kind>::try_from(*number).map_err(|_| misfit::<Self>(form)),
                    _ => Err(misfit::<Self>(form)),
                }
            }
        }
        impl ToJson for $kind {
            fn write(&self, text: &mut Text) {
                *text += &self.to_string();
            }
        }
    )*};
}
whole!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

macro_rules! real {
    ($($kind:ty)*) => {$(
        impl FromJson for $kind {
            fn read(form: &Json) -> Fitting<Self> {
                match form {
                    Json::Float(number) if (*number as $kind).is_finite() == number.is_finite() => Ok(*number as $kind),
                    Json::Int(number) if (*number as $kind) as i128 == *number => Ok(*number as $kind),
                    _ => Err(misfit::<Self>(form)),
                }
            }
        }
        impl ToJson for $kind {
            fn write(&self, text: &mut Text) {
                let number = *self as f64;
                *text += &if number.is_nan() {
                    "{\"$float\":\"nan\"}".to_string()
                } else if number.is_infinite() {
                    format!("{{\"$float\":\"{number}\"}}")
                } else {
                    format!("{number:?}")
                };
            }
        }
    )*};
}
real!(f32 f64);

impl FromJson for bool {
    fn read(form: &Json) -> Fitting<Self> {
        if let Json::Bool(value) = form { Ok(*value) } else { Err(misfit::<Self>(form)) }
    }
}

impl FromJson for String {
    fn read(form: &Json) -> Fitting<Self> {
        if let Json::Str(value) = form { Ok(value.clone()) } else { Err(misfit::<Self>(form)) }
    }
}

impl FromJson for char {
    fn read(form: &Json) -> Fitting<Self> {
        let text = String::read(form).map_err(|_| misfit::<Self>(form))?;
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => Ok(letter),
            _ => Err(misfit::<Self>(form)),
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn read(form: &Json) -> Fitting<Self> {
        if let Json::Null = form { Ok(None) } else { T::read(form).map(Some) }
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn read(form: &Json) -> Fitting<Self> {
        T::read(form).map(Box::new)
    }
}

// What is lent to the function lives as long as the process.
impl<T: FromJson> FromJson for &T {
    fn read(form: &Json) -> Fitting<Self> {
        T::read(form).map(|value| &*Box::leak(Box::new(value)))
    }
}

impl<T: FromJson> FromJson for &mut T {
    fn read(form: &Json) -> Fitting<Self> {
        T::read(form).map(|value| Box::leak(Box::new(value)))
    }
}

impl FromJson for &str {
    fn read(form: &Json) -> Fitting<Self> {
        String::read(form).map(|value| &*Box::leak(value.into_boxed_str()))
    }
}

impl<T: FromJson> FromJson for &[T] {
    fn read(form: &Json) -> Fitting<Self> {
        Vec::read(form).map(|value| &*Box::leak(value.into_boxed_slice()))
    }
}

impl<T: FromJson> FromJson for &mut [T] {
    fn read(form: &Json) -> Fitting<Self> {
        Vec::read(form).map(|value| Box::leak(value.into_boxed_slice()))
    }
}

impl<T: FromJson, const COUNT: usize> FromJson for [T; COUNT] {
    fn read(form: &Json) -> Fitting<Self> {
        Vec::read(form)?.try_into().map_err(|_| misfit::<Self>(form))
    }
}

macro_rules! collection {
    ($([$($bound:tt)*] $kind:ident $form:ident $open:literal $close:literal,)*) => {$(
        impl<T: FromJson $($bound)*> FromJson for $kind<T> {
            fn read(form: &Json) -> Fitting<Self> {
                match form {
                    Json::$form(items) => items.iter().map(T::read).collect(),
                    _ => Err(misfit::<Self>(form)),
                }
            }
        }
        impl<T: ToJson> ToJson for $kind<T> {
            fn write(&self, text: &mut Text) {
                *text += $open;
                write_all(self.iter(), text);
                *text += $close;
            }
        }
    )*};
}
collection!(
    [] Vec List "" "",
    [] VecDeque List "" "",
    [+ Eq + Hash] HashSet Set "{\"$set\":" "}",
    [+ Ord] BTreeSet Set "{\"$set\":" "}",
);

macro_rules! map {
    ($([$($bound:tt)*] $kind:ident)*) => {$(
        impl<K: FromJson $($bound)*, V: FromJson> FromJson for $kind<K, V> {
            fn read(form: &Json) -> Fitting<Self> {
                match form {
                    Json::Dict(pairs) => pairs.iter().map(|(key, item)| Ok((K::read(key)?, V::read(item)?))).collect(),
                    _ => Err(misfit::<Self>(form)),
                }
            }
        }
        impl<K: ToJson, V: ToJson> ToJson for $kind<K, V> {
            fn write(&self, text: &mut Text) {
                *text += "{\"$dict\":[";
                for (index, (key, item)) in self.iter().enumerate() {
                    *text += if index > 0 { ",[" } else { "[" };
                    key.write(text);
                    *text += ",";
                    item.write(text);
                    *text += "]";
                }
                *text += "]}";
            }
        }
    )*};
}
map!([+ Eq + Hash] HashMap [+ Ord] BTreeMap);

macro_rules! tuple {
    ($count:literal $($part:ident $index:tt)*) => {
        impl<$($part: FromJson),*> FromJson for ($($part,)*) {
            fn read(form: &Json) -> Fitting<Self> {
                match form {
                    Json::List(items) if items.len() == $count => Ok(($($part::read(&items[$index])?,)*)),
                    _ => Err(misfit::<Self>(form)),
                }
            }
        }
        impl<$($part: ToJson),*> ToJson for ($($part,)*) {
            fn write(&self, text: &mut Text) {
                *text += "{\"$tuple\":[";
                $(
                    *text += if $index > 0 { "," } else { "" };
                    self.$index.write(text);
                )*
                *text += "]}";
            }
        }
    };
}
tuple!(1 A 0);
tuple!(2 A 0 B 1);
tuple!(3 A 0 B 1 C 2);
tuple!(4 A 0 B 1 C 2 D 3);
tuple!(5 A 0 B 1 C 2 D 3 E 4);
tuple!(6 A 0 B 1 C 2 D 3 E 4 F 5);

impl ToJson for () {
    fn write(&self, text: &mut Text) {
        *text += "null";
    }
}

impl ToJson for bool {
    fn write(&self, text: &mut Text) {
        *text += &self.to_string();
    }
}

impl ToJson for str {
    fn write(&self, text: &mut Text) {
        *text += "\"";
        for letter in self.chars() {
            match letter {
                '"' | '\\' => text.extend(['\\', letter]),
                '\0'..='\x1f' => *text += &format!("\\u{:04x}", letter as u32),
                _ => text.push(letter),
            }
        }
        *text += "\"";
    }
}

impl ToJson for String {
    fn write(&self, text: &mut Text) {
        self.as_str().write(text);
    }
}

impl ToJson for char {
    fn write(&self, text: &mut Text) {
        self.to_string().write(text);
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn write(&self, text: &mut Text) {
        (**self).write(text);
    }
}

impl<T: ToJson + ?Sized> ToJson for &mut T {
    fn write(&self, text: &mut Text) {
        (**self).write(text);
    }
}

impl<T: ToJson + ?Sized> ToJson for Box<T> {
    fn write(&self, text: &mut Text) {
        (**self).write(text);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, text: &mut Text) {
        match self {
            Some(value) => value.write(text),
            None => *text += "null",
        }
    }
}

impl<T: ToJson> ToJson for [T] {
    fn write(&self, text: &mut Text) {
        write_all(self.iter(), text);
    }
}

impl<T: ToJson, const COUNT: usize> ToJson for [T; COUNT] {
    fn write(&self, text: &mut Text) {
        write_all(self.iter(), text);
    }
}

// What a function that may fail returns when it did is its failure.
impl<T: ToJson, E: std::fmt::Debug> ToJson for Result<T, E> {
    fn write(&self, text: &mut Text) {
        self.as_ref().unwrap_or_else(|failure| panic!("{failure:?}")).write(text);
    }
}

fn write_all<'a, T: ToJson + 'a>(items: impl Iterator<Item = &'a T>, text: &mut Text) {
    *text += "[";
    for (index, item) in items.enumerate() {
        *text += if index > 0 { "," } else { "" };
        item.write(text);
    }
    *text += "]";
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> u8 {
        while b" \t\r\n,:".contains(&self.text[self.at]) {
            self.at += 1;
        }
        self.text[self.at]
    }

    fn value(&mut self) -> Json {
        match self.next() {
            b'"' => Json::Str(self.string()),
            b'[' => Json::List(self.items(b']', Self::value)),
            b'{' => self.object(),
            b't' => self.word(4, Json::Bool(true)),
            b'f' => self.word(5, Json::Bool(false)),
            b'n' => self.word(4, Json::Null),
            _ => self.number(),
        }
    }

    fn word(&mut self, length: usize, value: Json) -> Json {
        self.at += length;
        value
    }

    fn items<T>(&mut self, end: u8, item: fn(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        self.at += 1;
        while self.next() != end {
            items.push(item(self));
        }
        self.at += 1;
        items
    }

    fn object(&mut self) -> Json {
        let pairs = self.items(b'}', |reader| (reader.value(), reader.value()));
        match &pairs[..] {
            [(Json::Str(tag), form)] if tag.starts_with('$') => untagged(tag, form.clone()),
            _ => Json::Dict(pairs),
        }
    }

    fn number(&mut self) -> Json {
        let start = self.at;
        while self.at < self.text.len() && b"+-.eE0123456789".contains(&self.text[self.at]) {
            self.at += 1;
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).unwrap();
        text.parse().map(Json::Int).unwrap_or_else(|_| Json::Float(text.parse().unwrap()))
    }

    fn string(&mut self) -> String {
        let mut units = Vec::new();
        self.at += 1;
        loop {
            let start = self.at;
            while !b"\"\\".contains(&self.text[self.at]) {
                self.at += 1;
            }
            units.extend(std::str::from_utf8(&self.text[start..self.at]).unwrap().encode_utf16());
            self.at += 2;
            match (self.text[self.at - 2], self.text[self.at - 1]) {
                (b'"', _) => {
                    self.at -= 1;
                    return String::from_utf16_lossy(&units);
                }
                (_, b'u') => {
                    let hex = std::str::from_utf8(&self.text[self.at..self.at + 4]).unwrap();
                    units.push(u16::from_str_radix(hex, 16).unwrap());
                    self.at += 4;
                }
                (_, letter) => units.push(match letter {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => 10,
                    b'r' => 13,
                    b't' => 9,
                    other => other as u16,
                }),
            }
        }
    }
}

fn untagged(tag: &str, form: Json) -> Json {
    match (tag, form) {
        ("$tuple", form) => form,
        ("$set" | "$frozenset", Json::List(items)) => Json::Set(items),
        ("$int", Json::Str(text)) => match i128::from_str_radix(&text, 16) {
            Ok(number) => Json::Int(number),
            Err(_) => Json::Other(format!("Int(0x{text})")),
        },
        ("$float", Json::Str(text)) => Json::Float(text.parse().unwrap()),
        ("$dict", Json::List(pairs)) => Json::Dict(pairs.into_iter().map(pair).collect()),
        (tag, _) => Json::Other(format!("a value of kind {tag}")),
    }
}

fn pair(form: Json) -> (Json, Json) {
    match form {
        Json::List(mut items) if items.len() == 2 => {
            let item = items.pop().unwrap();
            (items.pop().unwrap(), item)
        }
        _ => panic!("a dict without pairs"),
    }
}
