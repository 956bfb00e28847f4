# What perl's TAP::Parser makes of a TAP file, as JSON. The YAML blocks are read by its own reader.
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

my $file = shift;
open(my $in, '<', $file) or die "$file: $!";
my $parser = TAP::Parser->new({ source => $in });
my (@points, @other);
while (my $r = $parser->next) {
	if ($r->is_test) {
		push @points, { number => $r->number + 0, ok => $r->is_actual_ok ? 1 : 0, passes => $r->is_ok ? 1 : 0,
			directive => $r->directive, text => $r->description };
	} elsif ($r->is_yaml) {
		$points[-1]{yaml} = $r->data;
	} elsif ($r->is_unknown) {
		push @other, $r->as_string;
	}
}
print JSON::PP->new->canonical->encode({ points => \@points, unknown => \@other, errors => [$parser->parse_errors],
	plan => $parser->plan });
