import Testing

@testable import WatchmanCore

@Suite struct CronScheduleTests {
    @Test(arguments: [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"),
        ("0 0 * jan,dec *", "0 0 * 1,12 *"), ("0 0 * * MON-Fri", "0 0 * * 1-5"), ("0 0 * * 7", "0 0 * * 0"),
        ("0 0 * * 5-7", "0 0 * * 0,5,6"), ("0 0 * * sat-sun", "0 0 * * 0,6"), ("0 0 * * 0-7", "0 0 * * 0-6"),
        ("0-59/15 * * * *", "0,15,30,45 * * * *"), ("5,5,5 * * * *", "5 * * * *"), ("007 01 * * *", "7 1 * * *"),
        (" 1\t2  3 4 5 ", "1 2 3 4 5"), ("1-9/4 * * * *", "1,5,9 * * * *"), ("0 0 31 1-12/11 *", "0 0 31 1,12 *"),
    ])
    func `these mean the same`(one: String, other: String) throws {
        let (one, other) = (try CronSchedule(one), try CronSchedule(other))
        #expect(
            [one.minutes, one.hours, one.days, one.months, one.weekdays].map(\.bits)
                == [other.minutes, other.hours, other.days, other.months, other.weekdays].map(\.bits))
    }

    @Test(arguments: [
        ("60 * * * *", "minute: the value 60 is not in 0-59"), ("* 24 * * *", "hour: the value 24 is not in 0-23"),
        ("* * 0 * *", "day of month: the value 0 is not in 1-31"),
        ("* * 32 * *", "day of month: the value 32 is not in 1-31"),
        ("* * * 0 *", "month: the value 0 is not in 1-12"), ("* * * 13 *", "month: the value 13 is not in 1-12"),
        ("* * * * 8", "day of week: the value 8 is not in 0-7"), ("* * * foo *", "month: 'foo' is no value"),
        ("* * * january *", "month: 'january' is no value"), ("mon * * * *", "minute: 'mon' is no value"),
        ("1,,2 * * * *", "minute: a value is missing"), (", * * * *", "minute: a value is missing"),
        ("1- * * * *", "minute: a value is missing"), ("-1 * * * *", "minute: a value is missing"),
        ("1-2-3 * * * *", "minute: '2-3' is no value"), ("* 5-3 * * *", "hour: the range '5-3' runs backwards"),
        ("*/0 * * * *", "minute: the step 0 is not in 1-59"), ("*/60 * * * *", "minute: the step 60 is not in 1-59"),
        ("*/ * * * *", "minute: a step is missing"), ("*/-1 * * * *", "minute: '-1' is no step"),
        ("5/10 * * * *", "minute: a step needs a range: write 5-59/N"), ("1-9/2/2 * * * *", "minute: '2/2' is no step"),
        ("** * * * *", "minute: '**' is no value"), ("*5 * * * *", "minute: '*5' is no value"),
        ("1.5 * * * *", "minute: '1.5' is no value"), ("+1 * * * *", "minute: '+1' is no value"),
        ("0x1 * * * *", "minute: '0x1' is no value"),
        ("9999999999999999999999 * * * *", "minute: '99999999999999999999' is no value"),
        ("? * * * *", "minute: '?' is no value"), ("0 0 L * *", "day of month: 'L' is no value"),
        ("0 0 * * 1#2", "day of week: '1#2' is no value"), ("\u{661} * * * *", "minute: '\u{661}' is no value"),
        ("1\u{301} * * * *", "minute: '1\u{301}' is no value"), ("\u{1b}[2J * * * *", "minute: '[2J' is no value"),
    ])
    func `a wrong field is named with what is wrong in it`(text: String, cause: String) {
        let error = #expect(throws: WatchmanError.self) { try CronSchedule(text) }
        #expect(error == WatchmanError(.invalid, "the schedule's \(cause)"))
    }

    @Test(arguments: ["", " ", "*", "* * * *", "* * * * * *", "0 0 1 1 * 2030", "every day", "*\u{a0}* * * *"])
    func `a schedule has five fields`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try CronSchedule(text) }
        #expect(error?.code == .invalid && error?.message.hasPrefix("a schedule has 5 fields, not ") == true)
    }

    @Test(arguments: ["@", "@reboot", "@every 5m", "@Daily", "@daily x", "@daily\u{301}"])
    func `shorthands are these seven`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try CronSchedule(text) }
        #expect(error?.message.hasSuffix("@annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly") == true)
    }

    @Test(arguments: ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30-31 feb *", "0 0 31 6 */2", "0 0 30 2 *"])
    func `a date that no year has is refused`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try CronSchedule(text) }
        #expect(error?.message == "the schedule '\(text)' never comes: no such month has such a day")
    }

    @Test(arguments: ["0 0 29 2 *", "0 0 31 1-4 *", "0 0 30 2 1", "0 0 31 4 mon"])
    func `a date that some year has is not`(text: String) throws {
        #expect(try CronSchedule(text).text == text)
    }

    @Test func `a schedule of any length is read at once or refused`() throws {
        _ = try CronSchedule((0..<60).map(String.init).joined(separator: ",") + " * * * *")
        let error = #expect(throws: WatchmanError.self) {
            try CronSchedule(String(repeating: "1,", count: 1_000_000) + "1 * * * *")
        }
        #expect(error?.message == "the schedule is longer than 200 bytes")
    }

    @Test(arguments: [
        ("* * * * *", "every minute"), ("*/5 * * * *", "every 5 minutes"), ("0,30 * * * *", "every 30 minutes"),
        ("0 * * * *", "every hour"), ("5 * * * *", "every hour at minute 5"), ("0 */6 * * *", "every 6 hours"),
        ("0 0,12 * * *", "every day at 00:00 and 12:00"), ("15 3 * * *", "every day at 03:15"),
        ("@daily", "every day at 00:00"), ("30 4 * * 0", "every Sunday at 04:30"),
        ("0 8 * * mon-fri", "Monday to Friday at 08:00"),
        ("0 8,20 * * 6,7", "every Saturday and Sunday at 08:00 and 20:00"),
        ("0 0 1 * *", "on day 1 of every month at 00:00"), ("0 0 24 12 *", "every year on 24 December at 00:00"),
        ("*/10 * * * 1", "every Monday, every 10 minutes"), ("*/7 * * * *", "*/7 * * * *"),
        ("0 0 13 * 5", "0 0 13 * 5"), ("*/5 9-17 * * *", "*/5 9-17 * * *"), ("0 0 1,15 * *", "0 0 1,15 * *"),
        ("0 0 * 1 *", "0 0 * 1 *"), ("1 1,2,3,4,5 * * *", "1 1,2,3,4,5 * * *"),
    ])
    func `a schedule is told in words where words are easy`(text: String, words: String) throws {
        #expect(try CronSchedule(text).words == words)
    }
}
