// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"

namespace tenon::text::jinja {

namespace {

constexpr std::string_view days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                     "Thursday", "Friday", "Saturday"};
constexpr std::string_view months[] = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};

struct Moment {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned weekday = 0;  // Sunday is 0
  unsigned day_of_year = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

Moment moment_of(std::chrono::sys_seconds time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::sys_days new_year = date.year() / std::chrono::January / 1;
  const auto seconds = (time - midnight).count();
  Moment moment;
  moment.year = static_cast<int>(date.year());
  moment.month = static_cast<unsigned>(date.month());
  moment.day = static_cast<unsigned>(date.day());
  moment.weekday = std::chrono::weekday(midnight).c_encoding();
  moment.day_of_year = static_cast<unsigned>((midnight - new_year).count()) + 1;
  moment.hour = static_cast<int>(seconds / 3600);
  moment.minute = static_cast<int>(seconds / 60 % 60);
  moment.second = static_cast<int>(seconds % 60);
  return moment;
}

// Without the zero in front where "-" stands between "%" and the letter.
template <class N>
std::string two_digits(N number, bool plain) {
  return plain ? fmt::format("{}", number) : fmt::format("{:02}", number);
}

Result<std::string> part(const Moment& moment, char letter, bool plain) {
  const int hour12 = moment.hour % 12 == 0 ? 12 : moment.hour % 12;
  const std::string_view day = days[moment.weekday % 7];
  const std::string_view month = months[(moment.month - 1) % 12];
  switch (letter) {
    case 'Y':
      return fmt::format("{}", moment.year);
    case 'y':
      return two_digits(moment.year % 100, plain);
    case 'm':
      return two_digits(moment.month, plain);
    case 'd':
      return two_digits(moment.day, plain);
    case 'e':
      return fmt::format("{:2}", moment.day);
    case 'B':
      return std::string(month);
    case 'b':
    case 'h':
      return std::string(month.substr(0, 3));
    case 'A':
      return std::string(day);
    case 'a':
      return std::string(day.substr(0, 3));
    case 'H':
      return two_digits(moment.hour, plain);
    case 'I':
      return two_digits(hour12, plain);
    case 'M':
      return two_digits(moment.minute, plain);
    case 'S':
      return two_digits(moment.second, plain);
    case 'p':
      return std::string(moment.hour < 12 ? "AM" : "PM");
    case 'j':
      return plain ? fmt::format("{}", moment.day_of_year)
                   : fmt::format("{:03}", moment.day_of_year);
    case 'w':
      return fmt::format("{}", moment.weekday);
    case 'u':
      return fmt::format("{}", moment.weekday == 0 ? 7 : moment.weekday);
    case 'F':
      return fmt::format("{}-{:02}-{:02}", moment.year, moment.month, moment.day);
    case 'T':
      return fmt::format("{:02}:{:02}:{:02}", moment.hour, moment.minute, moment.second);
    case 'Z':
      return std::string("UTC");
    case 'z':
      return std::string("+0000");
    case '%':
      return std::string("%");
    case 'n':
      return std::string("\n");
    default:
      return invalid("strftime: unknown \"%{}\"", letter);
  }
}

}  // namespace

Result<std::string> time_text(std::chrono::sys_seconds time, std::string_view pattern) {
  const Moment moment = moment_of(time);
  std::string made;
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '%' || at + 1 == pattern.size()) {
      made += pattern[at];
      continue;
    }
    const bool plain = pattern[at + 1] == '-' && at + 2 < pattern.size();
    at += plain ? 2 : 1;
    TENON_TRY_ASSIGN(const std::string text, part(moment, pattern[at], plain));
    made += text;
  }
  return made;
}

}  // namespace tenon::text::jinja
