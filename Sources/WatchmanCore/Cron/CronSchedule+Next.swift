public import Foundation

extension CronSchedule {
    /// The first moment after `date` at which the schedule comes, or nil if `date` is beyond all reason.
    ///
    /// When clocks are set forward, a time of day that is left out comes at the first moment after the gap. When they are set back,
    /// a time of day that is there twice comes the first time only. A schedule whose hour begins with `*` counts hours as they
    /// pass instead: it comes in both of the repeated hours, and not at all in one that is left out.
    public func next(after date: Date, in zone: TimeZone) -> Date? {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        // Some 3000 years to both sides of 1970.
        guard abs(seconds) < 1e11 else { return nil }
        let clock = ZoneClock(zone: zone)
        let next = self.hours.isStar ? self.nextPassing(Int(seconds), clock) : self.nextFixed(Int(seconds), clock)
        return next.map { Date(timeIntervalSince1970: Double($0)) }
    }

    /// Walks along the clock on the wall; each of its times is one moment.
    private func nextFixed(_ now: Int, _ clock: ZoneClock) -> Int? {
        var minute = CivilTime.quotient(now + clock.offset(at: now), 60)
        // Times of the wall clock that were there already are passed over: in a repeated hour, at most those of that hour.
        for _ in 0..<2 * CivilTime.day {
            guard let found = self.firstMatch(from: minute + 1) else { return nil }
            let moment = clock.moment(of: found * 60)
            if moment > now { return moment }
            minute = found
        }
        return nil
    }

    /// Walks along real time from one change of the clock to the next.
    private func nextPassing(_ now: Int, _ clock: ZoneClock) -> Int? {
        var moment = now + 1
        // Clocks change some times a year, and what is looked for comes within 44 years.
        for _ in 0..<1000 {
            let offset = clock.offset(at: moment)
            let minute = CivilTime.quotient(moment + offset + 59, 60)
            guard let found = self.firstMatch(from: minute) else { return nil }
            let candidate = found * 60 - offset
            if clock.offset(at: candidate) == offset { return candidate }
            moment = clock.change(between: moment, and: candidate)
        }
        return nil
    }

    /// The first minute of a clock that is never set, not before `minute` (both since 1970), at which the schedule comes.
    private func firstMatch(from minute: Int) -> Int? {
        var day = CivilTime.quotient(minute, CivilTime.day)
        if self.contains(day), let time = self.firstTime(from: CivilTime.remainder(minute, CivilTime.day)) {
            return day * CivilTime.day + time
        }
        // The rarest are leap days on one day of the week: 40 years apart across a year 2100.
        let end = day + 44 * 366
        while day < end {
            day += 1
            if self.contains(day) { return self.firstTime(from: 0).map { day * CivilTime.day + $0 } }
        }
        return nil
    }

    private func contains(_ days: Int) -> Bool {
        let date = CivilTime.date(days)
        return self.months.contains(date.month) && self.contains(day: date.day, weekday: CivilTime.weekday(days))
    }

    /// The first minute of a day, not before `minute`.
    private func firstTime(from minute: Int) -> Int? {
        let hour = minute / 60
        if self.hours.contains(hour), let found = self.minutes.first(from: minute % 60) { return hour * 60 + found }
        guard let later = self.hours.first(from: hour + 1), let found = self.minutes.first(from: 0) else { return nil }
        return later * 60 + found
    }
}

/// The clocks of a time zone, in seconds since 1970.
private struct ZoneClock {
    let zone: TimeZone

    func offset(at moment: Int) -> Int {
        self.zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment)))
    }

    /// The moment at which the clocks show `time`: the first if there are two, and if there is none the end of the gap.
    func moment(of time: Int) -> Int {
        // A day away, the clocks are surely as they were before a change and as they are after it.
        let offsets = [self.offset(at: time - 86400), self.offset(at: time + 86400)]
        let moments = offsets.map { time - $0 }.filter { time - $0 == self.offset(at: $0) }
        return moments.min() ?? self.change(between: time - offsets[1], and: time - offsets[0])
    }

    /// The first moment of the new time, for clocks that are changed after `before` and not after `after`.
    func change(between before: Int, and after: Int) -> Int {
        let old = self.offset(at: before)
        var (low, high) = (before, after)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.offset(at: middle) == old { low = middle } else { high = middle }
        }
        return high
    }
}
