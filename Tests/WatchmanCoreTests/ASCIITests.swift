import Testing
import WatchmanCore

@Suite struct ASCIITests {
    @Test func `every byte is in the classes of its ASCII character and no other`() {
        for byte in UInt8.min...UInt8.max {
            let character = Character(UnicodeScalar(byte))
            let isASCII = byte < 0x80
            #expect(ASCII.isDigit(byte) == (isASCII && character.isNumber))
            #expect(ASCII.isLower(byte) == (isASCII && character.isLowercase))
            #expect(ASCII.isUpper(byte) == (isASCII && character.isUppercase))
            #expect(ASCII.isAlphanumeric(byte) == (isASCII && (character.isNumber || character.isLetter)))
            #expect(ASCII.isSpace(byte) == (isASCII && character.isWhitespace))
            #expect(ASCII.isBase64URL(byte) == (ASCII.isAlphanumeric(byte) || "-_".utf8.contains(byte)))
            #expect(ASCII.isGraphic(byte) == (isASCII && byte > 0x20 && byte != 0x7f))
        }
    }
}
