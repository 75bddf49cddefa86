//! Pictures of all sorts of metrics. `SITREP_PICTURES=folder cargo test -p sitrep-chart` keeps them to look at.

use chrono::{DateTime, Duration, Utc};
use sitrep_chart::draw;
use sitrep_core::port::{Chart, Reading, Sample, Series};

/// A metric and what is said of its latest value.
type Plot = (Reading, &'static str);

fn now() -> DateTime<Utc> {
    "2026-11-22T10:53:20Z".parse().expect("a time")
}

fn plot(title: &str, unit: &str, latest: &'static str, sample: impl Fn(f64) -> Option<f64>) -> Plot {
    let samples = (0..=120).map(|index| sample(f64::from(index) / 120.0).map(Sample)).collect();
    let series = Series { from: now() - Duration::hours(1), step_secs: 30, samples };
    (Reading { title: title.into(), unit: unit.into(), series: Some(series), trouble: None }, latest)
}

fn words(title: &str, latest: &'static str) -> Plot {
    (Reading { title: title.into(), unit: String::new(), series: None, trouble: None }, latest)
}

fn chart(panels: Vec<Plot>) -> Chart {
    let (readings, captions): (Vec<_>, Vec<_>) = panels.into_iter().unzip();
    Chart {
        alt: String::new(),
        title: "INC-12".into(),
        readings,
        captions: captions.into_iter().map(str::to_owned).collect(),
        mark: Some((now() - Duration::minutes(6), "declared 11:47".into())),
        timezone: "Europe/Berlin".into(),
    }
}

fn wobble(x: f64) -> f64 {
    (x * 97.0).sin() * 0.5 + (x * 41.0).cos() * 0.3 + (x * 13.0).sin() * 0.2
}

fn failing() -> Plot {
    plot("Requests failing", "req/s", "12.4 req/s", |x| {
        Some(if x < 0.8 {
            0.1 + 0.05 * wobble(x).abs()
        } else {
            ((x - 0.8) * 70.0).min(12.4) + 0.3 * wobble(x)
        })
    })
}

fn latency() -> Plot {
    plot("Latency, 99th percentile", "s", "842 ms", |x| {
        Some(0.12 + 0.02 * wobble(x) + if x > 0.82 { 0.7 } else { 0.0 })
    })
}

fn connections() -> Plot {
    plot("Database connections", "", "97", |x| Some((60.0 + 8.0 * wobble(x) + x * 30.0).round()))
}

fn availability() -> Plot {
    plot("Availability", "%", "99.12 %", |x| {
        Some(99.95 - if x > 0.8 { (x - 0.8) * 4.0 } else { 0.0 } + 0.02 * wobble(x))
    })
}

fn queue() -> Plot {
    plot("Messages waiting in the queue of the checkout service", "", "1.2M", |x| {
        Some(3e4 + x.powi(6) * 1.2e6)
    })
}

fn gone() -> Plot {
    plot("Orders", "orders/min", "no data since 11:41", |x| {
        (x < 0.8 && !(0.3..0.38).contains(&x)).then(|| 40.0 + 6.0 * wobble(x))
    })
}

fn keep(name: &str, chart: &Chart) {
    let picture = draw(chart).expect("a picture");
    assert_eq!(picture, draw(chart).expect("a picture"), "the same chart gives the same picture");
    if let Some(folder) = std::env::var_os("SITREP_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), picture.png)
            .expect("written");
    }
}

#[test]
fn cases() {
    keep("one", &chart(vec![failing()]));
    keep("two", &chart(vec![failing(), latency()]));
    keep("three", &chart(vec![failing(), latency(), connections()]));
    keep("four", &chart(vec![failing(), latency(), gone(), availability()]));
    keep("six", &chart(vec![failing(), latency(), connections(), availability(), queue(), gone()]));
    keep("trouble", &chart(vec![failing(), words("Latency", "no data"), words("Broken", "bad query")]));
    let odd = |value: f64| plot("Odd", "s", "–", move |x| Some(if x > 0.5 { value } else { 1.0 }));
    keep("odd", &chart(vec![odd(f64::NAN), odd(f64::INFINITY), odd(1e308), odd(-1e-308), odd(-3.0)]));
    keep(
        "constant",
        &chart(vec![
            plot("Zero", "req/s", "0 req/s", |_| Some(0.0)),
            plot("Seven", "", "7", |_| Some(7.0)),
            plot("One sample", "req/s", "3 req/s", |x| (x == 0.5).then_some(3.0)),
            plot("None", "", "no data", |_| None),
        ]),
    );
    let hostile = [
        "🔥💥 down",
        "مرحبا بالعالم",
        "\u{202e}evil\u{0}\n\n",
        "错误率",
        "",
        "Größe der Warteschlange – Übersicht",
    ];
    keep("hostile", &chart(hostile.map(|title| plot(title, "B/s", "3.4 MB/s", |x| Some(3.4e6 * x))).into()));
    let mut earlier = chart(vec![failing()]);
    earlier.mark = Some((now() - Duration::hours(5), "declared 06:53".into()));
    keep("earlier", &earlier);
    keep("nothing", &chart(Vec::new()));
}

/// How many pixels of about this colour there are in each column.
fn columns(picture: &tiny_skia::Pixmap, colour: [u8; 3]) -> Vec<usize> {
    let is_like = |pixel: &tiny_skia::PremultipliedColorU8| {
        let found = [pixel.red(), pixel.green(), pixel.blue()];
        found.iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) < 24)
    };
    let width = picture.width() as usize;
    let mut columns = vec![0; width];
    for (index, pixel) in picture.pixels().iter().enumerate() {
        columns[index % width] += usize::from(is_like(pixel));
    }
    columns
}

/// Where a column has so many pixels of a colour that it is an upright line.
fn upright(picture: &tiny_skia::Pixmap, colour: [u8; 3]) -> Vec<usize> {
    let counts = columns(picture, colour).into_iter().enumerate();
    counts.filter(|(_, count)| *count > 60).map(|(column, _)| column).collect()
}

#[test]
fn what_is_in_it() {
    let (blue, amber) = ([92, 200, 255], [255, 184, 84]);
    let decoded = |chart: &Chart| {
        let picture = draw(chart).expect("a picture");
        let pixels = tiny_skia::Pixmap::decode_png(&picture.png).expect("a PNG");
        assert_eq!((pixels.width(), pixels.height()), (picture.width, picture.height));
        assert!(pixels.pixels().iter().all(|pixel| pixel.alpha() == 255), "it brings its own background");
        pixels
    };
    let plain = decoded(&chart(vec![latency()]));
    assert_eq!(plain.width(), 800);
    assert!((300..600).contains(&plain.height()), "{}", plain.height());
    assert!(columns(&plain, blue).iter().sum::<usize>() > 2000, "a line and a large figure");
    // Six minutes before the end of an hour: nine tenths of the way.
    let marked = upright(&plain, amber);
    assert!(!marked.is_empty() && marked.iter().all(|column| (670..730).contains(column)), "{marked:?}");
    let mut unmarked = chart(vec![latency()]);
    unmarked.mark = None;
    assert_eq!(upright(&decoded(&unmarked), amber), Vec::<usize>::new());
    // What stands beside a line that stopped is amber, and the line is no longer there.
    let gone = columns(&decoded(&chart(vec![gone()])), blue);
    assert!(gone[100..600].iter().sum::<usize>() > 1000, "{gone:?}");
    assert_eq!(gone[660..].iter().sum::<usize>(), 0, "{gone:?}");
    assert!(decoded(&chart(vec![failing(); 6])).height() < 1500);
}

#[test]
fn whatever_it_is_given_there_is_a_picture() {
    let bits = [
        0_u64,
        1,
        0x8000_0000_0000_0000,
        0x7ff0_0000_0000_0000,
        0x7fef_ffff_ffff_ffff,
        u64::MAX,
        0x3ff0_0000_0000_0001,
    ];
    for first in bits {
        for second in [first, 1.0_f64.to_bits()] {
            let pair = [first, second].map(f64::from_bits);
            let odd = plot("Odd", "B/s", "?", |x| Some(if x < 0.5 { pair[0] } else { pair[1] }));
            draw(&chart(vec![odd])).expect("a picture");
        }
    }
    for (from, step_secs, count) in
        [(i64::MIN / 4, 1, 3), (0, u32::MAX, 5), (0, 0, 4), (0, 30, 0), (0, 30, 1)]
    {
        let mut chart = chart(vec![failing()]);
        let from = DateTime::from_timestamp(from, 0).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let from = from.max(DateTime::UNIX_EPOCH);
        let samples = vec![Some(Sample(1.0)); count];
        chart.readings[0].series = Some(Series { from, step_secs, samples });
        chart.timezone = "Mars/Olympus".to_owned();
        draw(&chart).expect("a picture");
    }
}
