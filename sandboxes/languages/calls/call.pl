# Calls one function of the candidate's and reports its value; see README.md beside the declarations.
sub load_candidate { eval "#line 1 \"main.pl\"\n$_[0]\n;1" or die $@ }    # first: it sees no lexical of ours

package Harness;
use v5.36;
no warnings;
use builtin qw(true false is_bool created_as_number);
use MIME::Base64 qw(decode_base64 encode_base64);

my ($SOURCE, $CLASS_NAME, $FUNCTION) = ("/program/main.pl", "{{class_name}}", "{{function}}");
my $INFINITY = 9**9**9;
my %ESCAPED = (b => "\b", f => "\f", n => "\n", r => "\r", t => "\t");
my %BY_TAG = (
    '$tuple'     => sub ($form) { $form },
    '$set'       => sub ($form) { $form },
    '$frozenset' => sub ($form) { $form },
    '$dict'      => sub ($form) { +{ map { @$_ } @$form } },
    '$float'     => sub ($form) { { nan => $INFINITY - $INFINITY, inf => $INFINITY, '-inf' => -$INFINITY }->{$form} },
    '$int'       => sub ($form) { require Math::BigInt; Math::BigInt->from_hex($form) },
    '$str'       => sub ($form) { join "", map { chr } @$form },
    '$bytes'     => sub ($form) { decode_base64($form) },
);

my %WORDS = (null => undef, true => true, false => false);
my @tokens;

# Escaped quotes and backslashes are spelt otherwise first, so that a quote ends a text.
sub read_json ($json) {
    $json =~ s/\\(["\\])/sprintf '\u%04x', ord $1/ge;
    @tokens = $json =~ /"[^"]*"|[^\s,:"\[\]{}]+|[\[\]{}]/g;
    return value();
}

sub value() {
    my $token = shift @tokens;
    return items("]", \&value) if $token eq "[";
    return dictionary(items("}", sub { [value(), value()] })) if $token eq "{";
    return text(substr $token, 1, -1) if $token =~ /^"/;
    return exists $WORDS{$token} ? $WORDS{$token} : 0 + $token;
}

sub items ($end, $item) {
    my @items;
    push @items, $item->() until $tokens[0] eq $end;
    shift @tokens;
    return \@items;
}

sub dictionary ($pairs) {
    return +{ map { @$_ } @$pairs } unless @$pairs == 1 and $pairs->[0][0] =~ /^\$/;
    my ($tag, $form) = @{ $pairs->[0] };
    my $read = $BY_TAG{$tag} or die "a value of kind $tag has no form in Perl\n";
    return $read->($form);
}

sub text ($text) {
    $text =~ s{\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)|\\u(....)|\\(.)}{
        defined $4 ? $ESCAPED{$4} // $4 : defined $3 ? chr hex $3
            : chr 0x10000 + ((hex($1) - 0xD800) << 10) + hex($2) - 0xDC00 }ge;
    return $text;
}

sub quoted ($text) {
    $text =~ s{(["\\\x00-\x1f\x7f]|[^\x00-\x7f])}{
        my $code = ord $1;
        $code < 0x10000 ? sprintf '\u%04x', $code
            : sprintf '\u%04x\u%04x', 0xD800 + ($code - 0x10000 >> 10), 0xDC00 + ($code & 0x3FF) }ge;
    return "\"$text\"";
}

# A number is an int where it is whole and exact.
sub number ($number) {
    return "{\"\$float\":\"nan\"}" if $number != $number;
    return "{\"\$float\":\"" . ($number > 0 ? "inf" : "-inf") . "\"}" if abs $number == $INFINITY;
    return "$number" if $number =~ /^-?\d+\z/;
    return sprintf "%.0f", $number if $number == int $number && abs $number < 2**53;
    my $text = sprintf "%.17g", $number;
    return $text =~ /[.e]/ ? $text : "$text.0";
}

sub list (@values) { "[" . join(",", map { encode($_) } @values) . "]" }

sub encode ($value) {
    return "null" unless defined $value;
    return $value ? "true" : "false" if is_bool($value);
    return created_as_number($value) ? number($value) : quoted($value) unless ref $value;
    return list(@$value) if ref $value eq "ARRAY";
    return '{"$dict":' . list(map { [$_, $value->{$_}] } keys %$value) . "}" if ref $value eq "HASH";
    return "$value" if $value->isa("Math::BigInt");
    return '{"$opaque":' . quoted(ref $value) . "}";
}

sub callee() {
    open my $file, "<:encoding(UTF-8)", $SOURCE or die "$SOURCE: $!";
    main::load_candidate(join "", <$file>);
    my $owning = $CLASS_NAME || "main";
    my $found = $owning->can($FUNCTION) or die "the program has no function ${owning}::$FUNCTION\n";
    return $found unless $CLASS_NAME;
    my $owner = $CLASS_NAME->can("new") ? $CLASS_NAME->new : bless {}, $CLASS_NAME;
    return sub { $owner->$found(@_) };
}

sub report ($text) {
    open my $result, ">&=", 3 or die "no result: $!";
    print $result $text;
    close $result;
}

sub main() {
    my $input = do { local $/; <STDIN> };
    my @returned = eval {
        my ($args, $kwargs) = @{ read_json($input) };
        die "Perl has no arguments by name\n" if %$kwargs;
        callee()->(@$args);
    };
    if (my $error = $@) {
        report('{"raised":[' . quoted(ref $error || "die") . "," . quoted(substr $error, 0, 2000) . "]}");
        print STDERR $error;
        return 1;
    }
    report('{"returned":' . encode(@returned > 1 ? \@returned : $returned[0]) . "}");
    return 0;
}

exit main();
