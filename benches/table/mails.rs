//! Letters as a school's mailbox holds them: the same number gives the same letter.
//!
//! A third each in UTF-8, KOI8-R and Windows-1251; three in ten with HTML beside the text, one in ten with a
//! file of 50 to 200 KB, one in five answers an earlier letter, three in a hundred are automatic. Ten thousand
//! of them are about 200 MB.

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Message, MultiPart, SinglePart};

const FAMILIES: [&str; 12] = [
    "Иваненко",
    "Петренко",
    "Шевчук",
    "Ткаченко",
    "Мельник",
    "Бондарь",
    "Гончар",
    "Жук",
    "Черных",
    "Долгих",
    "Савченко",
    "Левченко",
];
const SUBJECTS: [&str; 8] = [
    "Не видно оценок за четверть",
    "Не подходит пароль от дневника",
    "Расписание на неделю",
    "Перевод из другой школы",
    "Домашнее задание не открывается",
    "Ребёнок болеет, как отметить пропуск",
    "Запись на олимпиаду по математике и согласие родителей",
    "Справка о зачислении",
];
const WORDS: &str = "здравствуйте прошу подскажите пожалуйста когда можно получить справку для ребёнка ученик \
    класса не может войти в дневник пароль не подходит второй день очень нужно спасибо заранее документы \
    приложены к письму ждём ответа в школе сказали обратиться к вам расписание изменилось кабинет учитель \
    заявление подписано директор секретарь питание оплатили квитанция номер телефон перезвоните";

/// SplitMix64: enough chance for letters, the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

fn text(chance: &mut Chance) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut text = String::new();
    for _ in 0..3 + chance.below(6) {
        let line: Vec<&str> = (0..8 + chance.below(30))
            .map(|_| chance.of(&words))
            .collect();
        text += &line.join(" ");
        text += ".\r\n\r\n";
    }
    text + "С уважением,\r\n" + chance.of(&FAMILIES) + "\r\n"
}

fn part(text: &str, charset: &str, kind: &str, base64: bool) -> SinglePart {
    let (bytes, _, _) = encoding_rs::Encoding::for_label(charset.as_bytes())
        .unwrap()
        .encode(text);
    let encoding = if base64 {
        ContentTransferEncoding::Base64
    } else {
        ContentTransferEncoding::QuotedPrintable
    };
    SinglePart::builder()
        .header(ContentType::parse(&format!("text/{kind}; charset={charset}")).unwrap())
        .body(Body::new_with_encoding(bytes.into_owned(), encoding).unwrap())
}

/// The Message-ID of letter `number` of a series.
fn id(series: &str, number: usize) -> String {
    format!("<{series}.{number}@home.test>")
}

/// Letter `number` of a series to the desk's address.
pub fn mail(series: &str, number: usize, to: &str) -> Vec<u8> {
    let mut chance = Chance(number as u64);
    let who = format!("parent{}@home.test", chance.below(4000));
    let charset = ["utf-8", "koi8-r", "windows-1251"][number % 3];
    let base64 = chance.below(2) == 0;
    // A series of short letters: plain text, and no files.
    let short = series.starts_with("short");
    let text = if short {
        text(&mut chance).chars().take(400).collect()
    } else {
        text(&mut chance)
    };
    let mut builder = Message::builder()
        .from(format!("{} <{who}>", chance.of(&FAMILIES)).parse().unwrap())
        .to(to.parse().unwrap())
        .message_id(Some(id(series, number)));
    let subject = chance.of(&SUBJECTS);
    builder = if number > 10 && chance.below(5) == 0 {
        let earlier = id(series, number - 1 - chance.below(10));
        builder
            .in_reply_to(earlier.clone())
            .references(earlier)
            .subject(format!("Re: {subject}"))
    } else {
        builder.subject(subject)
    };
    let plain = part(&text, charset, "plain", base64);
    let body = if !short && chance.below(10) < 3 {
        let html = text.replace(
            "\r\n\r\n",
            "</p>\r\n<p style=\"margin:0 0 12px;font-family:Arial\">",
        );
        let html = format!("<html><body><div><p>{html}</p></div></body></html>");
        MultiPart::alternative()
            .singlepart(plain)
            .singlepart(part(&html, charset, "html", base64))
    } else {
        MultiPart::mixed().singlepart(plain)
    };
    let body = if !short && chance.below(10) == 0 {
        let size = 50_000 + chance.below(150_000);
        let bytes: Vec<u8> = (0..size.div_ceil(8))
            .flat_map(|_| chance.next().to_le_bytes())
            .collect();
        let file = lettre::message::Attachment::new("Заявление.pdf".to_owned())
            .body(bytes, ContentType::parse("application/pdf").unwrap());
        MultiPart::mixed().multipart(body).singlepart(file)
    } else {
        body
    };
    let mut bytes = builder.multipart(body).unwrap().formatted();
    if chance.below(100) < 3 {
        let mut automatic = b"Auto-Submitted: auto-replied\r\n".to_vec();
        automatic.append(&mut bytes);
        bytes = automatic;
    }
    bytes
}
