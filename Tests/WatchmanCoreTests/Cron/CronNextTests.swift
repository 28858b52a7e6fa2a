import Foundation
import Testing
import WatchmanCore

@Suite struct CronNextTests {
    private static func next(_ cron: String, _ zone: String, after date: String, count: Int) throws -> [String] {
        let (schedule, zone) = (try CronSchedule(cron), try ZoneName.zone(zone))
        var moment = try Date(date, strategy: .iso8601)
        return try (0..<count).map { _ in
            moment = try #require(schedule.next(after: moment, in: zone))
            return moment.formatted(.iso8601)
        }
    }

    /// Found by croniter 7 (with `implement_cron_bug`, which is what cron(8) does), like some 25000 more when this was written.
    private static let table = [
        ("12 15 1,27,27-29 6 */3", "2038-03-02T17:05:59Z", "2038-06-27T15:12:00Z", "2039-06-01T15:12:00Z"),
        ("*/13 * 29-31,18,26-28 10-12/9 3", "2038-01-09T02:03:11Z", "2038-10-06T00:00:00Z", "2038-10-06T00:13:00Z"),
        ("48-58/34,15-30 12-13/2 * */12 *", "2034-09-22T04:17:33Z", "2035-01-01T12:15:00Z", "2035-01-01T12:16:00Z"),
        ("*/33 1,22 */1 7 6-7", "2028-02-29T03:12:36Z", "2028-07-01T01:00:00Z", "2028-07-01T01:33:00Z"),
        ("7-32/7,56 * 6 11-12/10 3-7,4,3-6", "2029-10-14T16:31:12Z", "2029-11-01T00:07:00Z", "2029-11-01T00:14:00Z"),
        ("37 * * * 1,3,5", "2036-08-12T19:23:19Z", "2036-08-13T00:37:00Z", "2036-08-13T01:37:00Z"),
        (
            "12,16-35/56 * */11 6-12/8 3-7/3,3-6/3,5", "2032-03-26T01:47:02Z", "2032-06-12T00:12:00Z",
            "2032-06-12T00:16:00Z"
        ),
        ("*/53 19-20,18-19,4-13 2-24 */7 *", "2030-03-22T02:52:09Z", "2030-08-02T04:00:00Z", "2030-08-02T04:53:00Z"),
        ("47,47,50-59/5 1-14 * 10-12 5,4,5", "2036-05-21T07:25:37Z", "2036-10-02T01:47:00Z", "2036-10-02T01:50:00Z"),
        ("20 18-22,17 * 11 4", "2027-04-03T09:15:20Z", "2027-11-04T17:20:00Z", "2027-11-04T18:20:00Z"),
        ("10-33 14,7,21 * * *", "2034-04-04T15:43:42Z", "2034-04-04T21:10:00Z", "2034-04-04T21:11:00Z"),
        ("27-53/52,6,55 12-19/14 1 * */4", "2039-04-22T00:44:38Z", "2039-05-01T12:06:00Z", "2039-05-01T12:27:00Z"),
        ("21-45,38 * * 1-9 *", "2023-02-22T09:19:05Z", "2023-02-22T09:21:00Z", "2023-02-22T09:22:00Z"),
        ("11 * */17 */4 *", "2039-12-12T01:17:47Z", "2040-01-01T00:11:00Z", "2040-01-01T01:11:00Z"),
        ("6-46/59,1 14,2-9 */19 11 */2", "2029-06-09T12:46:04Z", "2029-11-01T02:01:00Z", "2029-11-01T02:06:00Z"),
        ("47-56 20-22 * * */4", "2033-01-19T14:56:23Z", "2033-01-20T20:47:00Z", "2033-01-20T20:48:00Z"),
        ("23 16-19 * * 6", "2038-12-13T09:05:48Z", "2038-12-18T16:23:00Z", "2038-12-18T17:23:00Z"),
        ("52,55-56/47,47-58/15 9 21 * *", "2033-08-10T17:36:41Z", "2033-08-21T09:47:00Z", "2033-08-21T09:52:00Z"),
        (
            "11-13/4 * 9,3 2-12/8,1-4/8,3-5 6-7/1", "2032-07-13T18:59:34Z", "2032-10-02T00:11:00Z",
            "2032-10-02T01:11:00Z"
        ),
        ("*/11 * * * 5-6", "2036-06-13T06:47:10Z", "2036-06-13T06:55:00Z", "2036-06-13T07:00:00Z"),
        ("50-51 6,9 * * 1,3", "2020-11-16T04:15:44Z", "2020-11-16T06:50:00Z", "2020-11-16T06:51:00Z"),
        ("8 4-12,16-18,2-13 */25 7-11/4,4-5 *", "2034-07-09T04:01:03Z", "2034-07-26T02:08:00Z", "2034-07-26T03:08:00Z"),
        ("* * 20-29 3 *", "2022-04-09T19:23:41Z", "2023-03-20T00:00:00Z", "2023-03-20T00:01:00Z"),
        ("* * 13 * 6,3", "2032-04-03T01:28:25Z", "2032-04-03T01:29:00Z", "2032-04-03T01:30:00Z"),
        ("14 9 * * 0", "2030-10-12T10:33:40Z", "2030-10-13T09:14:00Z", "2030-10-20T09:14:00Z"),
        ("2-4 16,0 * 6,9,11 *", "2021-11-08T03:55:16Z", "2021-11-08T16:02:00Z", "2021-11-08T16:03:00Z"),
        ("* 10 * 3 1", "2032-12-08T14:40:42Z", "2033-03-07T10:00:00Z", "2033-03-07T10:01:00Z"),
        ("* 3-20,13-16,22-23 13-17 * 5", "2021-10-08T23:56:08Z", "2021-10-08T23:57:00Z", "2021-10-08T23:58:00Z"),
        ("55-59,31 15 * * *", "2024-02-08T13:17:34Z", "2024-02-08T15:31:00Z", "2024-02-08T15:55:00Z"),
        ("45-52/34 2 */9 * 2-3", "2035-06-16T16:02:45Z", "2035-06-19T02:45:00Z", "2035-07-10T02:45:00Z"),
        ("9 * * * */2", "2039-06-18T08:45:04Z", "2039-06-18T09:09:00Z", "2039-06-18T10:09:00Z"),
        ("*/29 3-20/18 * * *", "2036-12-28T19:12:47Z", "2036-12-29T03:00:00Z", "2036-12-29T03:29:00Z"),
        ("* 1-7 * * *", "2033-01-06T23:18:16Z", "2033-01-07T01:00:00Z", "2033-01-07T01:01:00Z"),
        ("*/42 3-12 * * 6-7,6,5-6/4", "2022-02-18T16:47:14Z", "2022-02-19T03:00:00Z", "2022-02-19T03:42:00Z"),
        ("* 17 */13 * */6", "2038-03-22T19:06:16Z", "2038-03-27T17:00:00Z", "2038-03-27T17:01:00Z"),
        ("27-52 18 * * *", "2037-11-04T11:32:57Z", "2037-11-04T18:27:00Z", "2037-11-04T18:28:00Z"),
        ("6-56 19-21/19 3,6-29/1,27 7,6-11 *", "2035-05-01T14:35:26Z", "2035-06-03T19:06:00Z", "2035-06-03T19:07:00Z"),
        ("* 0-19 18-30/10,25-28 * 0-2/4", "2027-02-02T03:37:22Z", "2027-02-07T00:00:00Z", "2027-02-07T00:01:00Z"),
        ("27-30/10,3,5-32 21-23 * 9-10,6 *", "2036-09-12T02:35:44Z", "2036-09-12T21:03:00Z", "2036-09-12T21:05:00Z"),
        ("*/27 * 17-22 */12 *", "2023-07-06T08:36:09Z", "2024-01-17T00:00:00Z", "2024-01-17T00:27:00Z"),
        ("* * 14,13 * */2", "2029-10-13T05:14:18Z", "2029-10-13T05:15:00Z", "2029-10-13T05:16:00Z"),
        ("*/42 * * * 5,3-5", "2030-01-26T21:55:01Z", "2030-01-30T00:00:00Z", "2030-01-30T00:42:00Z"),
        ("21-23,3,29 * 21-22 * 2-4/1", "2026-04-05T08:53:50Z", "2026-04-07T00:03:00Z", "2026-04-07T00:21:00Z"),
        ("20-35,41-47 * * * *", "2025-06-02T14:27:42Z", "2025-06-02T14:28:00Z", "2025-06-02T14:29:00Z"),
        ("35-44/23 21 25 5-7/7 3", "2037-04-19T01:02:10Z", "2037-05-06T21:35:00Z", "2037-05-13T21:35:00Z"),
        (
            "38-39,55,1-4 16-22/6,6 * * 3-4/1,6-7", "2031-06-26T23:07:56Z", "2031-06-28T06:01:00Z",
            "2031-06-28T06:02:00Z"
        ),
        ("56-59 2-9 * * *", "2035-01-22T13:32:08Z", "2035-01-23T02:56:00Z", "2035-01-23T02:57:00Z"),
        ("51,5,32 9-15/15 * * *", "2020-04-24T10:06:23Z", "2020-04-25T09:05:00Z", "2020-04-25T09:32:00Z"),
    ]

    @Test(arguments: table) func `the next two moments are those of cron`(
        cron: String, date: String, first: String, second: String
    ) throws {
        #expect(try Self.next(cron, "UTC", after: date, count: 2) == [first, second])
    }

    @Test(arguments: [
        // Either day field is enough when both are restricted.
        ("0 0 13 * 5", ["2026-02-06", "2026-02-13", "2026-02-20", "2026-02-27", "2026-03-06", "2026-03-13"]),
        ("0 0 1,10 * sun", ["2026-02-01", "2026-02-08", "2026-02-10", "2026-02-15", "2026-02-22", "2026-03-01"]),
        // A field that begins with * restricts nothing: both must fit.
        ("0 0 */10 * 1", ["2026-05-11", "2026-06-01", "2026-08-31", "2026-09-21", "2026-12-21", "2027-01-11"]),
        ("0 0 13 * */5", ["2026-02-13", "2026-03-13", "2026-09-13", "2026-11-13", "2026-12-13", "2027-06-13"]),
        ("0 0 31 * *", ["2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31", "2026-10-31", "2026-12-31"]),
        ("0 0 29 2 *", ["2028-02-29", "2032-02-29", "2036-02-29", "2040-02-29", "2044-02-29", "2048-02-29"]),
    ])
    func `the days are those of cron`(cron: String, days: [String]) throws {
        #expect(try Self.next(cron, "UTC", after: "2026-01-31T23:59:59Z", count: 6) == days.map { "\($0)T00:00:00Z" })
    }

    @Test func `a leap day that must be a Sunday is found across a century without one`() throws {
        #expect(
            try Self.next("0 0 29 2 */7", "UTC", after: "2032-03-01T00:00:00Z", count: 3) == [
                "2060-02-29T00:00:00Z", "2088-02-29T00:00:00Z", "2128-02-29T00:00:00Z",
            ])
    }

    @Test(arguments: [
        // Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC. What is left out comes at the first moment after the gap, once.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["29T01:00", "30T00:30", "31T00:30"]),
        ("0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["29T01:00", "30T00:00", "30T00:30"]),
        ("* 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["29T01:00", "30T00:00", "30T00:01"]),
        ("30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["29T01:00", "29T01:30", "30T00:30"]),
        ("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["29T01:00", "30T01:00", "31T01:00"]),
        ("30 2 29 3 *", "Europe/Berlin", "2026-03-29T00:59:59Z", ["29T01:00"]),
        // Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC. What is there twice comes the first time only.
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["25T00:30", "26T01:30", "27T01:30"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", ["26T01:30"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", ["26T01:30"]),
        ("45 2,3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["25T00:45", "25T02:45", "26T01:45"]),
        ("0 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["25T00:00", "26T01:00", "27T01:00"]),
        // A schedule of every hour follows the hours that pass.
        ("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["29T00:30", "29T01:30", "29T02:30"]),
        ("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", ["25T00:00", "25T01:00", "25T02:00"]),
        ("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", ["25T00:30", "25T01:00", "25T01:30"]),
        ("0 */2 * * *", "Europe/Berlin", "2026-03-28T22:30:00Z", ["28T23:00", "29T02:00", "29T04:00"]),
        // Lord Howe Island moves its clocks by half an hour: on 4 October 2026 at 15:30 UTC (the day before) and back on 4 April.
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T16:00:00Z", ["03T15:30", "04T15:15", "05T15:15"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-03T16:00:00Z", ["04T14:45", "05T15:15", "06T15:15"]),
        // New York in spring, Chile at midnight: 6 September 2026 begins at 01:00.
        ("0 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", ["08T07:00", "09T06:00", "10T06:00"]),
        ("@daily", "America/Santiago", "2026-09-05T12:00:00Z", ["06T04:00", "07T03:00", "08T03:00"]),
        // Samoa had no 30 December 2011.
        ("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", ["29T22:00", "30T10:00", "30T22:00"]),
        // Quarter hours.
        ("0 0 * * *", "Asia/Kathmandu", "2026-05-01T12:00:00Z", ["01T18:15", "02T18:15", "03T18:15"]),
        ("*/15 * * * *", "Pacific/Chatham", "2026-05-01T12:05:00Z", ["01T12:15", "01T12:30", "01T12:45"]),
    ])
    func `clocks that are set`(cron: String, zone: String, date: String, moments: [String]) throws {
        let month = date.prefix(8)
        #expect(
            try Self.next(cron, zone, after: date, count: moments.count) == moments.map { "\(month)\($0):00Z" })
    }

    @Test func `a moment itself is not after itself, and parts of seconds do not matter`() throws {
        let schedule = try CronSchedule("* * * * *")
        let (utc, moment) = (try ZoneName.zone("UTC"), Date(timeIntervalSince1970: 1_790_000_040))
        #expect(schedule.next(after: moment, in: utc) == moment + 60)
        #expect(schedule.next(after: moment - 0.25, in: utc) == moment)
        #expect(schedule.next(after: moment + 59.75, in: utc) == moment + 60)
        #expect(schedule.next(after: Date(timeIntervalSince1970: -61), in: utc) == Date(timeIntervalSince1970: -60))
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300, 1e12])
    func `a clock beyond all reason has no next moment`(seconds: Double) throws {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(try CronSchedule("* * * * *").next(after: date, in: try ZoneName.zone("UTC")) == nil)
        #expect(try CronSchedule("0 0 * * *").next(after: date, in: try ZoneName.zone("UTC")) == nil)
    }

    @Test func `moments never go back and are never the same`() throws {
        let zone = try ZoneName.zone("Europe/Berlin")
        for cron in ["*/20 * * * *", "*/20 2 * * *", "0 0-3 * * *", "30 2 * * 0"] {
            let schedule = try CronSchedule(cron)
            var moment = Date(timeIntervalSince1970: 1_774_700_000)
            for _ in 0..<2000 {
                let next = try #require(schedule.next(after: moment, in: zone))
                #expect(next > moment)
                moment = next
            }
        }
    }

    @Test(arguments: [
        "", "Mars/Olympus", "europe/berlin", "../../etc/passwd", "/etc/localtime", "Europe/Berlin\n", "UTC\0", "+01:00",
        "Europe/\u{1b}[31m", String(repeating: "A", count: 100_000),
    ])
    func `a zone that is not known is named`(name: String) {
        let error = #expect(throws: WatchmanError.self) { try ZoneName.zone(name) }
        #expect(error?.code == .invalid && error?.message.hasPrefix("the time zone '") == true)
        #expect(error?.message.utf8.allSatisfy { $0 >= 0x20 } == true)
    }
}
