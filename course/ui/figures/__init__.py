"""The figures of `course show`: in a file for each, what is computed, laid out and said."""

# Each lists its own figure in the registry.
from course.ui.figures import activation_maximization as activation_maximization
from course.ui.figures import clever_hans as clever_hans
from course.ui.figures import contrastive as contrastive
from course.ui.figures import feature_visualization as feature_visualization
from course.ui.figures import input_optimization as input_optimization
from course.ui.figures import natural_images as natural_images
from course.ui.figures import saliency as saliency
